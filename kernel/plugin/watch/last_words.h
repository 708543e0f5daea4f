// SPDX-License-Identifier: Apache-2.0
//
// What is said when the process dies of a fault: one line on stderr that names the signal, the
// plugin in whose code or during whose call it came, or that it came in none. The same line, for
// the next start, goes to the crash book. Then the signal does what it always does (a core file, if
// the system keeps them).
//
// The plugin is found by the address of the fault in the libraries that were announced, and
// otherwise by the call that the thread is in (call_scope.h). Handlers use only what is safe in
// them: no memory is taken, no lock.
//
// Threads: install and announce on the main thread; the handler on whichever dies.
#pragma once

#include <string>

#include "plugin/watch/call_scope.h"

namespace tenon::plugin {

// Says last words from now on, and again after another call. Handlers that were there, those of a
// sanitizer for one, are left alone.
void install_last_words();

// A second place for the line; -1 = none. Not closed here.
void copy_last_words_to(int fd);

// Attributes the code of the library that holds `address` (its datum) to `suspect`. At most 256
// libraries are told apart.
void announce_library(const void* address, const Suspect* suspect);

// The library whose code holds `address`; null if none of them does.
const Suspect* find_suspect(const void* address);

// The one suspect of these texts, which lives for ever. Any thread.
const Suspect* make_suspect(const std::string& label, const std::string& path);

}  // namespace tenon::plugin
