// SPDX-License-Identifier: Apache-2.0
//
// The projects that `tenon plugin new` writes: the files of sdk/templates, carried by the program.
// Constant; any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tenon::cli {

struct TemplateFile {
  std::string_view folder;  // "partitioner-cpp": kind and language
  std::string_view path;    // "example_name_partitioner.cpp"
  std::string_view content;
};

// Made by the build of what is in sdk/templates.
const std::vector<TemplateFile>& template_files();

// "partitioner", "codec", ...: those that there are templates for.
std::vector<std::string> template_kinds();
// The languages of that kind's templates.
std::vector<std::string> template_languages(std::string_view kind);

// The text with the name in the place of the template's: "example-name" becomes "acme-geo",
// "example_name" acme_geo, "ExampleName" AcmeGeo.
std::string with_name(std::string_view text, std::string_view name);

}  // namespace tenon::cli
