// SPDX-License-Identifier: Apache-2.0
//
// The program `tenon`: the command line, with the broker behind `tenon serve`.

#include "broker/serve.h"
#include "cli/cli.h"

int main(int argc, char** argv) {
  return tenon::cli::run(argc, argv, tenon::broker::serve);
}
