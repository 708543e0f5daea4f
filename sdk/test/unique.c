/* SPDX-License-Identifier: Apache-2.0
 *
 * What a C++ plugin is when its templates' variables are not hidden: a library with a symbol of
 * STB_GNU_UNIQUE. Written in C and assembly, since not every compiler makes one.
 */
#include <tenon/plugin.h>

__asm__(
    ".pushsection .data\n"
    ".globl the_one\n"
    ".type the_one, @gnu_unique_object\n"
    ".size the_one, 8\n"
    "the_one: .quad 1\n"
    ".popsection\n");

TN_EXPORT const tn_module tenon_module = {.struct_size = sizeof(tn_module), .magic = TN_MAGIC};
