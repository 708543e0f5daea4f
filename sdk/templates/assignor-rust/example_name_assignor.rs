// SPDX-License-Identifier: Apache-2.0

//! The assignor example-name: partitions are dealt to the subscribers of their topic in turn. Each
//! topic goes on where the one before it ended, so that equal subscriptions get equally many.
//!
//! The second half says in Rust what `tenon/plugin.h`, `tenon/assignor.h` and `tenon/module.h` say
//! in C; of structs that the plugin does not read, only the place.

use std::cmp::Ordering;
use std::collections::TryReserveError;
use std::ffi::CStr;
use std::mem::size_of;
use std::os::raw::{c_char, c_void};
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::ptr::{null, null_mut};
use std::slice::from_raw_parts;

// --- the assignor --------------------------------------------------------------------------------

/// Why there is no assignment.
enum Failure {
    Stopped,
    NoMemory,
}

impl From<TryReserveError> for Failure {
    fn from(_: TryReserveError) -> Failure {
        Failure::NoMemory
    }
}

/// A pure function of the group: whoever coordinates, and in whatever order members and topics are
/// listed, the answer is the same. Vectors take their room by `try_reserve`, since the others end
/// the process for want of memory.
fn assign(group: &Group, owners: &mut [i32]) -> Result<(), Failure> {
    group.give_up_if_stopped()?;
    let subscribers = Subscribers::of(group)?;
    let topics = in_order(group.topic_names.len(), |a, b| {
        group.topic_names[a].get().cmp(&group.topic_names[b].get())
    })?;
    let mut turn = 0;
    for topic in topics {
        group.give_up_if_stopped()?;
        let members = subscribers.of_topic(topic);
        if members.is_empty() {
            continue; // its partitions stay nobody's
        }
        for owner in &mut owners[group.partitions(topic)] {
            *owner = members[turn % members.len()] as i32;
            turn += 1;
        }
    }
    Ok(())
}

/// The members of each topic, in their order: those of topic t are members[at[t]..at[t + 1]].
struct Subscribers {
    at: Vec<usize>,
    members: Vec<usize>,
}

impl Subscribers {
    fn of(group: &Group) -> Result<Subscribers, Failure> {
        let n_topics = group.topic_names.len();
        let mut at = zeros(n_topics + 2)?;
        let mut members = zeros(group.subscriptions.len())?;
        // Counted two places ahead, so that filling, which moves each beginning to its end, leaves
        // them where they belong.
        for &topic in group.subscriptions {
            at[topic as usize + 2] += 1;
        }
        for i in 1..at.len() {
            at[i] += at[i - 1];
        }
        for member in in_order(group.member_ids.len(), |a, b| group.compare_members(a, b))? {
            for &topic in group.topics_of(member) {
                let next = &mut at[topic as usize + 1];
                members[*next] = member;
                *next += 1;
            }
        }
        Ok(Subscribers { at, members })
    }

    fn of_topic(&self, topic: usize) -> &[usize] {
        &self.members[self.at[topic]..self.at[topic + 1]]
    }
}

fn zeros(n: usize) -> Result<Vec<usize>, TryReserveError> {
    let mut all = Vec::new();
    all.try_reserve_exact(n)?;
    all.resize(n, 0);
    Ok(all)
}

/// The numbers below n. The unstable sort needs no memory, and no two are equal.
fn in_order(
    n: usize,
    compare: impl Fn(usize, usize) -> Ordering,
) -> Result<Vec<usize>, TryReserveError> {
    let mut all = Vec::new();
    all.try_reserve_exact(n)?;
    all.extend(0..n);
    all.sort_unstable_by(|&a, &b| compare(a, b));
    Ok(all)
}

/// A group as the host shows it. Members and topics are numbers from 0; partitions are counted over
/// all topics.
struct Group<'a> {
    member_ids: &'a [Bytes],
    instance_ids: &'a [Bytes],
    subscription_at: &'a [u32],
    subscriptions: &'a [u32],
    topic_names: &'a [Bytes],
    partition_at: &'a [u32],
    stopped: Stopped,
    stop_ctx: *mut c_void,
}

impl Group<'_> {
    fn topics_of(&self, member: usize) -> &[u32] {
        let from = self.subscription_at[member] as usize;
        &self.subscriptions[from..self.subscription_at[member + 1] as usize]
    }

    fn partitions(&self, topic: usize) -> std::ops::Range<usize> {
        self.partition_at[topic] as usize..self.partition_at[topic + 1] as usize
    }

    /// Static members first, by instance id, so that one keeps its place when it comes back under a
    /// new member id; then by member id.
    fn compare_members(&self, a: usize, b: usize) -> Ordering {
        match (self.instance_ids[a].get(), self.instance_ids[b].get()) {
            (Some(a), Some(b)) => a.cmp(b),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => self.member_ids[a].get().cmp(&self.member_ids[b].get()),
        }
    }

    /// To be asked about every millisecond.
    fn give_up_if_stopped(&self) -> Result<(), Failure> {
        match unsafe { (self.stopped)(self.stop_ctx) } {
            0 => Ok(()),
            _ => Err(Failure::Stopped),
        }
    }
}

// --- the boundary --------------------------------------------------------------------------------

const OK: i32 = 0;
const AGAIN: i32 = 6; // TN_E_AGAIN
const PANIC: i32 = 9; // TN_E_PANIC
const BALANCED: u32 = 4; // TN_ASSIGNOR_BALANCED
const BALANCED_TOPICS: u32 = 8; // TN_ASSIGNOR_BALANCED_TOPICS

unsafe fn refuse(error: *mut TnError, code: i32, text: &str) -> i32 {
    (*error).code = code;
    let message = &mut (*error).message;
    let size = text.len().min(message.len() - 1);
    message[..size].copy_from_slice(&text.as_bytes()[..size]);
    message[size] = 0;
    code
}

/// An array of the host's; one without elements may be null, which a slice may not.
unsafe fn array<'a, T>(data: *const T, n: usize) -> &'a [T] {
    if n == 0 {
        return &[];
    }
    from_raw_parts(data, n)
}

/// Where n lists end, which for none need not be told.
unsafe fn ends<'a>(data: *const u32, n: usize) -> &'a [u32] {
    array(data, if n > 0 { n + 1 } else { 0 })
}

unsafe fn group<'a>(input: &Input) -> Group<'a> {
    let (n_members, n_topics) = (input.n_members as usize, input.n_topics as usize);
    let subscription_at = ends(input.subscription_at, n_members);
    let n_subscriptions = subscription_at.last().map_or(0, |&end| end as usize);
    Group {
        member_ids: array(input.member_ids, n_members),
        instance_ids: array(input.instance_ids, n_members),
        subscription_at,
        subscriptions: array(input.subscriptions, n_subscriptions),
        topic_names: array(input.topic_names, n_topics),
        partition_at: ends(input.partition_at, n_topics),
        stopped: input.stopped,
        stop_ctx: input.stop_ctx,
    }
}

// There is no instance: assign needs nothing but the group.
unsafe extern "C" fn create(
    _host: *const c_void,
    _config: *const c_void,
    this: *mut *mut c_void,
    _error: *mut TnError,
) -> i32 {
    *this = null_mut();
    OK
}

unsafe extern "C" fn destroy(_this: *mut c_void) {}

// A panic must not leave the library.
unsafe extern "C" fn assign_group(
    _this: *mut c_void,
    input: *const Input,
    owners: *mut i32,
    error: *mut TnError,
) -> i32 {
    let n_partitions = (*input).n_partitions as usize;
    let owners: &mut [i32] = match n_partitions {
        0 => &mut [],
        n => std::slice::from_raw_parts_mut(owners, n),
    };
    match catch_unwind(AssertUnwindSafe(|| assign(&group(&*input), owners))) {
        Ok(Ok(())) => OK,
        Ok(Err(Failure::Stopped)) => refuse(error, AGAIN, "stopped before the end"),
        Ok(Err(Failure::NoMemory)) => refuse(error, AGAIN, "no memory"),
        Err(_) => refuse(error, PANIC, "the assignor panicked"),
    }
}

unsafe extern "C" fn get_interface(id: *const c_char) -> *const c_void {
    if CStr::from_ptr(id).to_bytes() == b"tenon.assignor/1" {
        let table: *const Assignor = &ASSIGNOR;
        return table.cast();
    }
    null()
}

static ASSIGNOR: Assignor = Assignor {
    struct_size: size_of::<Assignor>() as u32,
    flags: BALANCED | BALANCED_TOPICS,
    assign: assign_group,
};

const fn text(bytes: &'static [u8]) -> *const c_char {
    bytes.as_ptr().cast()
}

static DESCRIPTOR: Descriptor = Descriptor {
    struct_size: size_of::<Descriptor>() as u32,
    kind: 2, // TN_ASSIGNOR
    name: text(b"example-name\0"),
    version: text(b"0.1.0\0"), // and in the note below
    vendor: null(),
    license: null(),
    about: text(b"Subscribers in turn, on over the topics.\0"),
    options: null(),
    n_options: 0,
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

const NOTE_TEXT: &[u8] = b"abi 1.0\nassignor example-name 0.1.0\n\0";

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

impl Bytes {
    /// No value if the data is null.
    fn get(&self) -> Option<&[u8]> {
        (!self.data.is_null()).then(|| unsafe { from_raw_parts(self.data, self.len) })
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

type Create =
    unsafe extern "C" fn(*const c_void, *const c_void, *mut *mut c_void, *mut TnError) -> i32;

#[repr(C)]
pub struct Descriptor {
    struct_size: u32,
    kind: u32,
    name: *const c_char,
    version: *const c_char,
    vendor: *const c_char,
    license: *const c_char,
    about: *const c_char,
    options: *const c_void,
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
unsafe impl Sync for Descriptor {}
unsafe impl Sync for Module {}

// --- tenon/assignor.h ----------------------------------------------------------------------------

type Stopped = unsafe extern "C" fn(*mut c_void) -> i32;

#[repr(C)]
pub struct Input {
    struct_size: u32,
    n_members: u32,
    n_topics: u32,
    n_partitions: u32,
    n_racks: u32,
    reserved: u32,
    member_ids: *const Bytes,
    instance_ids: *const Bytes,
    member_racks: *const i32,
    subscription_at: *const u32,
    subscriptions: *const u32,
    topic_names: *const Bytes,
    topic_ids: *const u8,
    partition_at: *const u32,
    current: *const i32,
    replica_at: *const u32,
    replica_racks: *const i32,
    rack_names: *const Bytes,
    deadline_ns: i64,
    stop_ctx: *mut c_void,
    stopped: Stopped,
}

type Assign = unsafe extern "C" fn(*mut c_void, *const Input, *mut i32, *mut TnError) -> i32;

#[repr(C)]
pub struct Assignor {
    struct_size: u32,
    flags: u32,
    assign: Assign,
}

// --- tenon/module.h ------------------------------------------------------------------------------

#[repr(C, align(4))]
pub struct Note<const N: usize> {
    owner_size: u32,
    text_size: u32,
    kind: u32,
    owner: [u8; 8],
    text: [u8; N],
}
