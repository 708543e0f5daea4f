// SPDX-License-Identifier: Apache-2.0

#include "cli/plugin/templates.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace tenon::cli {
namespace {

TEST(Templates, there_are_some_for_the_kinds_that_authors_write) {
  EXPECT_EQ(template_kinds(), (std::vector<std::string>{"assignor", "codec", "partitioner"}));
  EXPECT_EQ(template_languages("partitioner"), (std::vector<std::string>{"c", "cpp", "rust"}));
  EXPECT_EQ(template_languages("codec"), (std::vector<std::string>{"c", "cpp", "rust"}));
  EXPECT_EQ(template_languages("assignor"), (std::vector<std::string>{"c", "cpp", "rust"}));
  EXPECT_TRUE(template_languages("storage").empty());
}

TEST(Templates, the_name_goes_where_the_example_s_was) {
  EXPECT_EQ(with_name("class ExampleName; // example-name, example_name.toml", "acme-geo-2"),
            "class AcmeGeo2; // acme-geo-2, acme_geo_2.toml");
}

TEST(Templates, files_are_whole) {
  const auto& files = template_files();
  const auto makefile = std::ranges::find_if(files, [](const TemplateFile& file) {
    return file.folder == "partitioner-rust" && file.path == "Makefile";
  });
  ASSERT_NE(makefile, files.end());
  EXPECT_NE(makefile->content.find("\n\t$(TENON) plugin check $(PLUGIN)\n"), std::string::npos);
}

}  // namespace
}  // namespace tenon::cli
