// SPDX-License-Identifier: Apache-2.0

#include "handlers/admin/api_versions.h"

#include "handlers/testing/handler_fixture.h"

namespace tenon::handlers {
namespace {

using wire::ErrorCode;

class ApiVersionsTest : public HandlerTest {
 protected:
  wire::ApiVersionsResponse versions(const std::string& name, const std::string& version,
                                     int16_t api_version = 4) {
    return ask(handle_api_versions,
               {.client_software_name = name, .client_software_version = version}, api_version);
  }
};

TEST_F(ApiVersionsTest, advertises_the_table) {
  const auto response = versions("lib", "1.0");
  EXPECT_EQ(code(response.error_code), ErrorCode::kNone);
  ASSERT_EQ(response.api_keys.size(), apis().size());
  for (size_t i = 0; i < apis().size(); ++i) {
    EXPECT_EQ(response.api_keys[i].api_key, static_cast<int16_t>(apis()[i].key));
    EXPECT_EQ(response.api_keys[i].min_version, apis()[i].advertised.min);
    EXPECT_EQ(response.api_keys[i].max_version, apis()[i].advertised.max);
  }
}

TEST_F(ApiVersionsTest, remembers_the_clients_software) {
  versions("apache-kafka-java", "3.9.0");
  EXPECT_EQ(connection_.client_software_name, "apache-kafka-java");
  EXPECT_EQ(connection_.client_software_version, "3.9.0");
}

TEST_F(ApiVersionsTest, refuses_names_that_are_no_software_names) {
  for (const std::string name : {"", "-lib", "lib-", "li b", "lib\n"}) {
    EXPECT_EQ(code(versions(name, "1.0").error_code), ErrorCode::kInvalidRequest) << name;
    EXPECT_EQ(code(versions("lib", name).error_code), ErrorCode::kInvalidRequest) << name;
  }
  EXPECT_EQ(connection_.client_software_name, "");
}

TEST_F(ApiVersionsTest, asks_for_no_name_before_version_3) {
  EXPECT_EQ(code(versions("", "", 2).error_code), ErrorCode::kNone);
}

TEST_F(ApiVersionsTest, an_unknown_version_is_told_which_there_are) {
  const auto response = unsupported_api_versions();
  EXPECT_EQ(code(response.error_code), ErrorCode::kUnsupportedVersion);
  ASSERT_EQ(response.api_keys.size(), 1U);
  EXPECT_EQ(response.api_keys[0].api_key, static_cast<int16_t>(wire::ApiKey::kApiVersions));
  EXPECT_EQ(response.api_keys[0].max_version, 4);
}

}  // namespace
}  // namespace tenon::handlers
