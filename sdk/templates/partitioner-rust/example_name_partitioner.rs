// SPDX-License-Identifier: Apache-2.0

//! The partitioner example-name: records whose keys begin alike go to one partition. The part of the
//! key up to the separator is hashed.
//!
//! The second half says in Rust what `tenon/plugin.h`, `tenon/partitioner.h` and `tenon/module.h` say
//! in C; of structs that the plugin does not read, only the place.

use std::alloc::{alloc, Layout};
use std::ffi::CStr;
use std::mem::size_of;
use std::os::raw::{c_char, c_void};
use std::panic::catch_unwind;
use std::ptr::null;

// --- the partitioner -----------------------------------------------------------------------------

/// Constant after create, so that any thread may call it.
struct ExampleName {
    separator: u8,
}

impl ExampleName {
    fn new(separator: &[u8]) -> Result<ExampleName, &'static str> {
        match separator {
            [separator] => Ok(ExampleName { separator: *separator }),
            _ => Err("separator must be one character"),
        }
    }

    /// A partition in [0, n_partitions), or PARTITION_ANY to leave it to the host. Must not
    /// allocate, block or do I/O.
    fn partition(&self, key: Option<&[u8]>, n_partitions: u32) -> i32 {
        match key {
            None => PARTITION_ANY,
            Some(key) => {
                let end = key.iter().position(|&byte| byte == self.separator);
                (hash(&key[..end.unwrap_or(key.len())]) % n_partitions) as i32
            }
        }
    }
}

/// FNV-1a, and the end of MurmurHash3, which spreads keys that differ little.
fn hash(data: &[u8]) -> u32 {
    let step = |sum: u32, &byte: &u8| (sum ^ u32::from(byte)).wrapping_mul(16777619);
    let mut sum = data.iter().fold(2166136261, step);
    sum = (sum ^ sum >> 16).wrapping_mul(0x85ebca6b);
    sum = (sum ^ sum >> 13).wrapping_mul(0xc2b2ae35);
    sum ^ sum >> 16
}

// --- the boundary --------------------------------------------------------------------------------

const OK: i32 = 0;
const CONFIG: i32 = 2; // TN_E_CONFIG
const AGAIN: i32 = 6; // TN_E_AGAIN
const PARTITION_ANY: i32 = -1;
const PARTITION_FAILED: i32 = i32::MIN; // no partition: the host counts it as a fault

unsafe fn refuse(error: *mut TnError, code: i32, text: &str) -> i32 {
    (*error).code = code;
    let message = &mut (*error).message;
    let size = text.len().min(message.len() - 1);
    message[..size].copy_from_slice(&text.as_bytes()[..size]);
    message[size] = 0;
    code
}

unsafe fn bytes<'a>(bytes: Bytes) -> Option<&'a [u8]> {
    (!bytes.data.is_null()).then(|| std::slice::from_raw_parts(bytes.data, bytes.len))
}

// Box::new would end the process for want of memory.
unsafe extern "C" fn create(
    _host: *const c_void,
    config: *const Config,
    this: *mut *mut c_void,
    error: *mut TnError,
) -> i32 {
    let separator = bytes((*(*config).values).str).unwrap_or(&[]);
    let made = match ExampleName::new(separator) {
        Ok(made) => made,
        Err(text) => return refuse(error, CONFIG, text),
    };
    let place = alloc(Layout::new::<ExampleName>()).cast::<ExampleName>();
    if place.is_null() {
        return refuse(error, AGAIN, "no memory");
    }
    place.write(made);
    *this = place.cast();
    OK
}

unsafe extern "C" fn destroy(this: *mut c_void) {
    drop(Box::from_raw(this.cast::<ExampleName>()));
}

// A panic must not leave the library.
unsafe extern "C" fn partition(
    this: *mut c_void,
    _state: *mut c_void,
    topic: *const TopicView,
    record: *const Record,
) -> i32 {
    let me = &*this.cast::<ExampleName>();
    let key = bytes((*record).key);
    let n_partitions = (*topic).n_partitions as u32;
    catch_unwind(|| me.partition(key, n_partitions)).unwrap_or(PARTITION_FAILED)
}

unsafe extern "C" fn get_interface(id: *const c_char) -> *const c_void {
    if CStr::from_ptr(id).to_bytes() == b"tenon.partitioner/1" {
        let table: *const Partitioner = &PARTITIONER;
        return table.cast();
    }
    null()
}

static PARTITIONER: Partitioner = Partitioner {
    struct_size: size_of::<Partitioner>() as u32,
    flags: 0, // TN_PARTITIONER_...
    partition,
    optional: [null(); 4],
};

const fn text(bytes: &'static [u8]) -> *const c_char {
    bytes.as_ptr().cast()
}

static OPTIONS: [TnOption; 1] = [TnOption {
    struct_size: size_of::<TnOption>() as u32,
    kind: 4, // TN_OPT_STRING
    name: text(b"separator\0"),
    about: text(b"One character; the key counts up to the first of it.\0"),
    default_text: text(b":\0"),
    min: 0,
    max: 0,
    choices: null(),
    flags: 0,
    reserved: 0,
}];

static DESCRIPTOR: Descriptor = Descriptor {
    struct_size: size_of::<Descriptor>() as u32,
    kind: 1, // TN_PARTITIONER
    name: text(b"example-name\0"),
    version: text(b"0.1.0\0"), // and in the note below
    vendor: null(),
    license: null(),
    about: text(b"By the part of the key before a separator.\0"),
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

const NOTE_TEXT: &[u8] = b"abi 1.0\npartitioner example-name 0.1.0\n\0";

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
#[derive(Clone, Copy)]
pub struct Bytes {
    data: *const u8,
    len: usize,
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

// --- tenon/partitioner.h -------------------------------------------------------------------------

#[repr(C)]
pub struct TopicView {
    struct_size: u32,
    n_partitions: i32,
    name: Bytes,
    available: *const u64,
    epoch: u64,
}

#[repr(C)]
pub struct Record {
    struct_size: u32,
    n_headers: u32,
    key: Bytes,
    value: Bytes,
    headers: *const c_void,
    timestamp_ms: i64,
}

type Partition =
    unsafe extern "C" fn(*mut c_void, *mut c_void, *const TopicView, *const Record) -> i32;

#[repr(C)]
pub struct Partitioner {
    struct_size: u32,
    flags: u32,
    partition: Partition,
    optional: [*const c_void; 4], // new_state, free_state, on_new_batch, partition_batch
}
unsafe impl Sync for Partitioner {}

// --- tenon/module.h ------------------------------------------------------------------------------

#[repr(C, align(4))]
pub struct Note<const N: usize> {
    owner_size: u32,
    text_size: u32,
    kind: u32,
    owner: [u8; 8],
    text: [u8; N],
}
