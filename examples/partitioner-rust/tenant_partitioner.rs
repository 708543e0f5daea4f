// SPDX-License-Identifier: Apache-2.0

//! An example in Rust, without crates: a key such as "tenant-7:order-1" goes to one of a few
//! partitions of its tenant, so that a tenant who sends too much slows those down and no others.
//! Gives the same partitions as `examples/partitioner-c`.
//!
//! ```toml
//! [partitioner.tenant-rust]
//! path = "/path/to/partitioner-tenant-rust.so"
//! spread = 4
//! ```
//!
//! The first half says in Rust what `tenon/plugin.h`, `tenon/partitioner.h` and `tenon/module.h` say
//! in C; only what this plugin uses has its real type.

use std::ffi::CStr;
use std::mem::size_of;
use std::os::raw::{c_char, c_void};
use std::panic::catch_unwind;
use std::ptr::null;

// --- tenon/plugin.h ------------------------------------------------------------------------------

#[repr(C)]
#[derive(Clone, Copy)]
pub struct Bytes {
    data: *const u8,
    len: usize,
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
    unsafe extern "C" fn(*const c_void, *const Config, *mut *mut c_void, *mut c_void) -> i32;

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

const PARTITION_ANY: i32 = -1;
const PARTITION_FAILED: i32 = i32::MIN; // no partition: the host counts it as a fault

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

// --- tenon/module.h: the note --------------------------------------------------------------------

const NOTE_TEXT: [u8; 39] = *b"abi 1.0\npartitioner tenant-rust 1.0.0\n\0";

#[repr(C, align(4))]
pub struct Note {
    owner_size: u32,
    text_size: u32,
    kind: u32,
    owner: [u8; 8],
    text: [u8; NOTE_TEXT.len()],
}

#[used]
#[link_section = ".note.tenon"]
static NOTE: Note = Note {
    owner_size: 6,
    text_size: NOTE_TEXT.len() as u32,
    kind: 1,
    owner: *b"Tenon\0\0\0",
    text: NOTE_TEXT,
};

// --- the partitioner -----------------------------------------------------------------------------

struct Tenant {
    spread: u32,
}

impl Tenant {
    fn partition(&self, key: &[u8], n_partitions: u32) -> u32 {
        let tenant = key.split(|&byte| byte == b':').next().unwrap_or(key);
        let first = u64::from(hash(tenant));
        let turn = u64::from(hash(key) % self.spread);
        ((first + turn) % u64::from(n_partitions)) as u32
    }
}

/// FNV-1a, 32 bits.
fn hash(data: &[u8]) -> u32 {
    data.iter().fold(2166136261, |sum, &byte| (sum ^ u32::from(byte)).wrapping_mul(16777619))
}

// --- the boundary --------------------------------------------------------------------------------

unsafe extern "C" fn create(
    _host: *const c_void,
    config: *const Config,
    this: *mut *mut c_void,
    _error: *mut c_void,
) -> i32 {
    let spread = (*(*config).values).i64 as u32; // within its bounds, as declared
    *this = Box::into_raw(Box::new(Tenant { spread })).cast();
    0
}

unsafe extern "C" fn destroy(this: *mut c_void) {
    drop(Box::from_raw(this.cast::<Tenant>()));
}

// A panic must not leave the library.
unsafe extern "C" fn partition(
    this: *mut c_void,
    _state: *mut c_void,
    topic: *const TopicView,
    record: *const Record,
) -> i32 {
    let key = (*record).key;
    if key.data.is_null() {
        return PARTITION_ANY;
    }
    let key = std::slice::from_raw_parts(key.data, key.len);
    let tenant = &*this.cast::<Tenant>();
    let n_partitions = (*topic).n_partitions as u32;
    catch_unwind(|| tenant.partition(key, n_partitions) as i32).unwrap_or(PARTITION_FAILED)
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
    flags: 0,
    partition,
    optional: [null(); 4],
};

const fn text(bytes: &'static [u8]) -> *const c_char {
    bytes.as_ptr().cast()
}

static SPREAD: TnOption = TnOption {
    struct_size: size_of::<TnOption>() as u32,
    kind: 2, // an integer
    name: text(b"spread\0"),
    about: text(b"How many partitions a tenant's keys go to.\0"),
    default_text: text(b"4\0"),
    min: 1,
    max: 1000,
    choices: null(),
    flags: 0,
    reserved: 0,
};

static DESCRIPTOR: Descriptor = Descriptor {
    struct_size: size_of::<Descriptor>() as u32,
    kind: 1, // a partitioner
    name: text(b"tenant-rust\0"),
    version: text(b"1.0.0\0"),
    vendor: text(b"Example\0"),
    license: text(b"Apache-2.0\0"),
    about: text(b"To a few partitions per tenant.\0"),
    options: &SPREAD,
    n_options: 1,
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
