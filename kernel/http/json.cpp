// SPDX-License-Identifier: Apache-2.0
//
// Boost.JSON, which is used without its library: this is where its functions are compiled.
#include <boost/json/src.hpp>
