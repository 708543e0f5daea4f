// SPDX-License-Identifier: Apache-2.0

//! What `zlib.h` says, as far as the codec calls it.

use std::os::raw::{c_char, c_int, c_uint, c_ulong, c_void};

pub const VERSION: &[u8] = b"1\0"; // zlib compares the first character
pub const NO_FLUSH: c_int = 0;
pub const FINISH: c_int = 4;
pub const DEFLATED: c_int = 8;
pub const OK: c_int = 0;
pub const STREAM_END: c_int = 1;
pub const MEM_ERROR: c_int = -4;
pub const BUF_ERROR: c_int = -5;

#[repr(C)]
pub struct Stream {
    pub next_in: *const u8,
    pub avail_in: c_uint,
    total_in: c_ulong,
    pub next_out: *mut u8,
    pub avail_out: c_uint,
    total_out: c_ulong,
    message: *const c_char,
    state: *mut c_void,
    allocator: [*const c_void; 3], // zalloc, zfree, opaque; null = malloc
    data_type: c_int,
    adler: c_ulong,
    reserved: c_ulong,
}

#[link(name = "z")]
extern "C" {
    pub fn deflateInit2_(
        stream: *mut Stream,
        level: c_int,
        method: c_int,
        window_bits: c_int,
        memory_level: c_int,
        strategy: c_int,
        version: *const c_char,
        stream_size: c_int,
    ) -> c_int;
    pub fn deflate(stream: *mut Stream, flush: c_int) -> c_int;
    pub fn deflateEnd(stream: *mut Stream) -> c_int;
    pub fn inflateInit2_(
        stream: *mut Stream,
        window_bits: c_int,
        version: *const c_char,
        stream_size: c_int,
    ) -> c_int;
    pub fn inflate(stream: *mut Stream, flush: c_int) -> c_int;
    pub fn inflateReset(stream: *mut Stream) -> c_int;
    pub fn inflateEnd(stream: *mut Stream) -> c_int;
}
