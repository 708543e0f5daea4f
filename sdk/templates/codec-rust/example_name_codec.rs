// SPDX-License-Identifier: Apache-2.0

//! The codec example-name: gzip (wire id 1, RFC 1952) over zlib. Put your own implementation in the
//! place of zlib's; the wire's format stays gzip, since clients read and write it.
//!
//! It reads one or more members and writes one. Constant after create; it keeps no contexts, so any
//! thread may call it at any time.
//!
//! The second half says in Rust what `tenon/plugin.h`, `tenon/codec.h` and `tenon/module.h` say in
//! C; of structs that the plugin does not read, only the place.

mod zlib;

use std::alloc::{alloc, Layout};
use std::ffi::CStr;
use std::mem::{size_of, zeroed};
use std::os::raw::{c_char, c_int, c_uint, c_void};
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::ptr::null;
use std::slice::from_raw_parts;

// --- the codec -----------------------------------------------------------------------------------

/// Why there is no output: a code, and a text for the log.
type Failure = (i32, &'static str);

/// Constant after create.
struct ExampleName {
    level: i32,
}

impl ExampleName {
    /// Above zlib's compressBound for every level, with the 18 bytes of the wrapper.
    fn bound(&self, src_len: usize) -> usize {
        src_len + (src_len >> 10) + 64
    }

    fn compress(&self, src: &[Bytes], level: i32, out: &mut Sink) -> Result<(), Failure> {
        let level = if level == LEVEL_OWN { self.level } else { level };
        if !(0..=9).contains(&level) {
            return Err((INVALID, "the level must be 0 to 9"));
        }
        let mut stream: zlib::Stream = unsafe { zeroed() };
        let mut state = State::deflating(&mut stream, level)?;
        for piece in src {
            state.deflate(piece.get(), zlib::NO_FLUSH, out)?;
        }
        state.deflate(&[], zlib::FINISH, out)
    }

    fn decompress(&self, mut src: &[u8], out: &mut Sink) -> Result<(), Failure> {
        if src.is_empty() {
            return Err((CORRUPT, "no data"));
        }
        let mut stream: zlib::Stream = unsafe { zeroed() };
        let mut state = State::inflating(&mut stream)?;
        while !src.is_empty() {
            src = state.inflate_member(src, out)?;
        }
        Ok(())
    }
}

/// What is left of the destination. Not a slice, since nothing may have been written there before.
struct Sink {
    next: *mut u8,
    room: usize,
}

impl Sink {
    fn advance(&mut self, size: usize) {
        self.next = self.next.wrapping_add(size);
        self.room -= size;
    }
}

/// zlib at work, until dropped. Its state points back at the stream, which is therefore borrowed:
/// it must not move.
struct State<'a> {
    stream: &'a mut zlib::Stream,
    call: unsafe extern "C" fn(*mut zlib::Stream, c_int) -> c_int,
    end: unsafe extern "C" fn(*mut zlib::Stream) -> c_int,
}

/// What one call of zlib did.
struct Step {
    status: c_int,
    consumed: usize,
    produced: usize,
}

const GZIP_WINDOW: c_int = 15 + 16; // the largest window; 16 asks for the gzip wrapper
const FEED_MAX: usize = 1 << 30; // zlib counts in 32 bits

impl<'a> State<'a> {
    fn deflating(stream: &'a mut zlib::Stream, level: i32) -> Result<State<'a>, Failure> {
        let (version, size) = (zlib::VERSION.as_ptr().cast(), size_of::<zlib::Stream>() as c_int);
        let status = unsafe {
            zlib::deflateInit2_(stream, level, zlib::DEFLATED, GZIP_WINDOW, 8, 0, version, size)
        };
        match status {
            zlib::OK => Ok(State { stream, call: zlib::deflate, end: zlib::deflateEnd }),
            _ => Err((AGAIN, "no memory for a deflate state")),
        }
    }

    fn inflating(stream: &'a mut zlib::Stream) -> Result<State<'a>, Failure> {
        let (version, size) = (zlib::VERSION.as_ptr().cast(), size_of::<zlib::Stream>() as c_int);
        match unsafe { zlib::inflateInit2_(stream, GZIP_WINDOW, version, size) } {
            zlib::OK => Ok(State { stream, call: zlib::inflate, end: zlib::inflateEnd }),
            _ => Err((AGAIN, "no memory for an inflate state")),
        }
    }

    /// One call, with as much of both sides as zlib can count. It refuses a null pointer, even for
    /// no bytes.
    fn step(&mut self, src: &[u8], next: *mut u8, room: usize, flush: c_int) -> Step {
        let mut nothing = 0;
        let (fed, offered) = (src.len().min(FEED_MAX), room.min(FEED_MAX));
        self.stream.next_in = src.as_ptr();
        self.stream.avail_in = fed as c_uint;
        self.stream.next_out = if room > 0 { next } else { &mut nothing };
        self.stream.avail_out = offered as c_uint;
        let status = unsafe { (self.call)(self.stream, flush) };
        Step {
            status,
            consumed: fed - self.stream.avail_in as usize,
            produced: offered - self.stream.avail_out as usize,
        }
    }

    /// Takes in all of the piece, or with FINISH ends the stream.
    fn deflate(&mut self, mut piece: &[u8], flush: c_int, out: &mut Sink) -> Result<(), Failure> {
        loop {
            let step = self.step(piece, out.next, out.room, flush);
            piece = &piece[step.consumed..];
            out.advance(step.produced);
            match step.status {
                zlib::STREAM_END => return Ok(()),
                zlib::OK | zlib::BUF_ERROR => (),
                _ => return Err((PANIC, "zlib refuses the stream")),
            }
            if flush == zlib::NO_FLUSH && piece.is_empty() {
                return Ok(());
            }
            if out.room == 0 {
                return Err((NOSPACE, "the destination is too small"));
            }
        }
    }

    /// Reads one member; what follows it is the answer.
    fn inflate_member<'b>(
        &mut self,
        mut src: &'b [u8],
        out: &mut Sink,
    ) -> Result<&'b [u8], Failure> {
        unsafe { zlib::inflateReset(self.stream) };
        loop {
            // Without room, one more byte of output shows that the cap is passed; a member that is
            // complete needs none.
            let mut beyond = 0;
            let step = match out.room {
                0 => self.step(src, &mut beyond, 1, zlib::NO_FLUSH),
                room => self.step(src, out.next, room, zlib::NO_FLUSH),
            };
            src = &src[step.consumed..];
            if step.produced > out.room {
                return Err((LIMIT, "more output than the cap"));
            }
            out.advance(step.produced);
            match step.status {
                zlib::STREAM_END => return Ok(src),
                zlib::MEM_ERROR => return Err((AGAIN, "no memory for a window")),
                zlib::OK | zlib::BUF_ERROR => (),
                _ => return Err((CORRUPT, "damaged data")),
            }
            if step.consumed == 0 && step.produced == 0 {
                return Err((CORRUPT, "the data is cut off"));
            }
        }
    }
}

impl Drop for State<'_> {
    fn drop(&mut self) {
        unsafe { (self.end)(self.stream) };
    }
}

// --- the boundary --------------------------------------------------------------------------------

const OK: i32 = 0;
const INVALID: i32 = 1; // TN_E_INVALID, and so on
const CORRUPT: i32 = 4;
const AGAIN: i32 = 6;
const NOSPACE: i32 = 7;
const PANIC: i32 = 9;
const LIMIT: i32 = 11;
const LEVEL_OWN: i32 = i32::MIN; // TN_LEVEL_OWN

unsafe fn refuse(error: *mut TnError, code: i32, text: &str) -> i32 {
    (*error).code = code;
    let message = &mut (*error).message;
    let size = text.len().min(message.len() - 1);
    message[..size].copy_from_slice(&text.as_bytes()[..size]);
    message[size] = 0;
    code
}

// Box::new would end the process for want of memory.
unsafe extern "C" fn create(
    _host: *const c_void,
    config: *const Config,
    this: *mut *mut c_void,
    error: *mut TnError,
) -> i32 {
    let place = alloc(Layout::new::<ExampleName>()).cast::<ExampleName>();
    if place.is_null() {
        return refuse(error, AGAIN, "no memory");
    }
    let level = (*(*config).values).i64 as i32; // within its bounds, as declared
    place.write(ExampleName { level });
    *this = place.cast();
    OK
}

unsafe extern "C" fn destroy(this: *mut c_void) {
    drop(Box::from_raw(this.cast::<ExampleName>()));
}

unsafe extern "C" fn bound(this: *mut c_void, src_len: usize) -> usize {
    (*this.cast::<ExampleName>()).bound(src_len)
}

/// Lets `write` fill dst, and says how far it came. A panic must not leave the library.
unsafe fn fill(
    (dst, dst_cap): (*mut u8, usize),
    dst_len: *mut usize,
    error: *mut TnError,
    write: impl FnOnce(&mut Sink) -> Result<(), Failure>,
) -> i32 {
    let mut out = Sink { next: dst, room: dst_cap };
    let done = catch_unwind(AssertUnwindSafe(|| write(&mut out)));
    *dst_len = dst_cap - out.room;
    match done {
        Ok(Ok(())) => OK,
        Ok(Err((code, text))) => refuse(error, code, text),
        Err(_) => refuse(error, PANIC, "the codec panicked"),
    }
}

unsafe extern "C" fn compress(
    this: *mut c_void,
    _context: *mut c_void,
    src: *const Bytes,
    n_src: usize,
    level: i32,
    dst: *mut u8,
    dst_cap: usize,
    dst_len: *mut usize,
    error: *mut TnError,
) -> i32 {
    let me = &*this.cast::<ExampleName>();
    let pieces = if n_src > 0 { from_raw_parts(src, n_src) } else { &[] };
    fill((dst, dst_cap), dst_len, error, |out| me.compress(pieces, level, out))
}

unsafe extern "C" fn decompress(
    this: *mut c_void,
    _context: *mut c_void,
    src: Bytes,
    dst: *mut u8,
    dst_cap: usize,
    dst_len: *mut usize,
    error: *mut TnError,
) -> i32 {
    let me = &*this.cast::<ExampleName>();
    fill((dst, dst_cap), dst_len, error, |out| me.decompress(src.get(), out))
}

unsafe extern "C" fn get_interface(id: *const c_char) -> *const c_void {
    if CStr::from_ptr(id).to_bytes() == b"tenon.codec/1" {
        let table: *const Codec = &CODEC;
        return table.cast();
    }
    null()
}

static CODEC: Codec = Codec {
    struct_size: size_of::<Codec>() as u32,
    wire_id: 1, // TN_WIRE_GZIP
    flags: 0,
    reserved: 0,
    contexts: [null(); 2],
    bound,
    compress,
    decompress,
    content_size: null(),
};

const fn text(bytes: &'static [u8]) -> *const c_char {
    bytes.as_ptr().cast()
}

static OPTIONS: [TnOption; 1] = [TnOption {
    struct_size: size_of::<TnOption>() as u32,
    kind: 2, // TN_OPT_INT
    name: text(b"level\0"),
    about: text(b"0 stores, 1 is fastest, 9 is smallest.\0"),
    default_text: text(b"6\0"),
    min: 0,
    max: 9,
    choices: null(),
    flags: 0,
    reserved: 0,
}];

static DESCRIPTOR: Descriptor = Descriptor {
    struct_size: size_of::<Descriptor>() as u32,
    kind: 3, // TN_CODEC
    name: text(b"example-name\0"),
    version: text(b"0.1.0\0"), // and in the note below
    vendor: null(),
    license: null(),
    about: text(b"gzip over zlib, to begin with.\0"),
    options: OPTIONS.as_ptr(),
    n_options: OPTIONS.len() as u32,
    flags: 0,
    create,
    get_interface,
    destroy,
};

static DESCRIPTORS: [&Descriptor; 1] = [&DESCRIPTOR];

#[no_mangle]
#[allow(non_upper_case_globals)]
pub static tenon_module: Module = Module {
    struct_size: size_of::<Module>() as u32,
    magic: 0x4e4e4554,
    abi_major: 1,
    abi_min_minor: 0,
    n_descriptors: 1,
    flags: 0,
    descriptors: DESCRIPTORS.as_ptr(),
};

const NOTE_TEXT: &[u8] = b"abi 1.0\ncodec example-name 0.1.0\n\0";

#[used]
#[link_section = ".note.tenon"]
static NOTE: Note<{ NOTE_TEXT.len() }> = Note {
    owner_size: 6,
    text_size: NOTE_TEXT.len() as u32,
    kind: 1,
    owner: *b"Tenon\0\0\0",
    text: array_of(NOTE_TEXT),
};

const fn array_of<const N: usize>(text: &[u8]) -> [u8; N] {
    let mut array = [0; N];
    let mut i = 0;
    while i < N {
        array[i] = text[i];
        i += 1;
    }
    array
}

// --- tenon/plugin.h ------------------------------------------------------------------------------

#[repr(C)]
pub struct Bytes {
    data: *const u8,
    len: usize,
}

impl Bytes {
    /// Of no bytes the host may say null.
    fn get(&self) -> &[u8] {
        if self.len == 0 {
            return &[];
        }
        unsafe { from_raw_parts(self.data, self.len) }
    }
}

#[repr(C)]
pub struct TnError {
    struct_size: u32,
    code: i32,
    line: u32,
    column: u32,
    message: [u8; 496],
}

#[repr(C)]
pub struct TnOption {
    struct_size: u32,
    kind: u32,
    name: *const c_char,
    about: *const c_char,
    default_text: *const c_char,
    min: i64,
    max: i64,
    choices: *const *const c_char,
    flags: u32,
    reserved: u32,
}

#[repr(C)]
pub struct Value {
    kind: u32,
    reserved: u32,
    i64: i64,
    f64: f64,
    str: Bytes,
}

#[repr(C)]
pub struct Config {
    struct_size: u32,
    n_values: u32,
    values: *const Value,
}

type Create =
    unsafe extern "C" fn(*const c_void, *const Config, *mut *mut c_void, *mut TnError) -> i32;

#[repr(C)]
pub struct Descriptor {
    struct_size: u32,
    kind: u32,
    name: *const c_char,
    version: *const c_char,
    vendor: *const c_char,
    license: *const c_char,
    about: *const c_char,
    options: *const TnOption,
    n_options: u32,
    flags: u32,
    create: Create,
    get_interface: unsafe extern "C" fn(*const c_char) -> *const c_void,
    destroy: unsafe extern "C" fn(*mut c_void),
}

#[repr(C)]
pub struct Module {
    struct_size: u32,
    magic: u32,
    abi_major: u32,
    abi_min_minor: u32,
    n_descriptors: u32,
    flags: u32,
    descriptors: *const &'static Descriptor,
}

// Pointers to constants; nobody writes through them.
unsafe impl Sync for TnOption {}
unsafe impl Sync for Descriptor {}
unsafe impl Sync for Module {}

// --- tenon/codec.h -------------------------------------------------------------------------------

type Compress = unsafe extern "C" fn(
    *mut c_void,
    *mut c_void,
    *const Bytes,
    usize,
    i32,
    *mut u8,
    usize,
    *mut usize,
    *mut TnError,
) -> i32;
type Decompress = unsafe extern "C" fn(
    *mut c_void,
    *mut c_void,
    Bytes,
    *mut u8,
    usize,
    *mut usize,
    *mut TnError,
) -> i32;

#[repr(C)]
pub struct Codec {
    struct_size: u32,
    wire_id: i32,
    flags: u32,
    reserved: u32,
    contexts: [*const c_void; 2], // new_context, free_context
    bound: unsafe extern "C" fn(*mut c_void, usize) -> usize,
    compress: Compress,
    decompress: Decompress,
    content_size: *const c_void, // optional
}
unsafe impl Sync for Codec {}

// --- tenon/module.h ------------------------------------------------------------------------------

#[repr(C, align(4))]
pub struct Note<const N: usize> {
    owner_size: u32,
    text_size: u32,
    kind: u32,
    owner: [u8; 8],
    text: [u8; N],
}
