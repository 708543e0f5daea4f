// SPDX-License-Identifier: Apache-2.0
//
// A sorted map from which changed copies are made cheaply: values by shared pointer, in sorted
// chunks of at most kChunkMax, which copies share. A copy costs one pointer per chunk; a change
// costs one chunk. The images of the cluster are made of these.
//
//   ChunkedMap     immutable after construction; any thread may read it
//   ...::Editor    one thread; starts from a map, ends in a new one
//
// `Order` says what a value's key is and how keys compare:
//   static Key key(const T&);  static bool less(Key, Key);  the key may view into the value.
//
// Invariants
//   1. Keys rise strictly within a chunk and from chunk to chunk; no chunk is empty.
//   2. An Editor writes only to chunks that it made itself.
#pragma once

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <memory>
#include <utility>
#include <vector>

namespace tenon::metadata {

template <class T, class Order>
class ChunkedMap {
 public:
  using Value = std::shared_ptr<const T>;
  using Chunk = std::vector<Value>;
  static constexpr size_t kChunkMax = 128;

  // Walks the values in the order of their keys. Valid while the map lives.
  class Iterator {
   public:
    using iterator_category = std::forward_iterator_tag;
    using value_type = T;
    using difference_type = std::ptrdiff_t;
    using pointer = const T*;
    using reference = const T&;

    Iterator() = default;
    Iterator(const ChunkedMap* map, size_t chunk) : map_(map), chunk_(chunk) {}
    const T& operator*() const { return *share(); }
    const T* operator->() const { return share().get(); }
    const Value& share() const { return (*map_->chunks_[chunk_])[at_]; }
    Iterator& operator++() {
      if (++at_ == map_->chunks_[chunk_]->size()) skip_chunk();
      return *this;
    }
    Iterator operator++(int) {
      Iterator before = *this;
      ++*this;
      return before;
    }
    bool operator==(const Iterator& other) const {
      return chunk_ == other.chunk_ && at_ == other.at_;
    }
    // The chunk that begins here, or null inside one. Equal chunks of two maps hold equal values.
    const Chunk* chunk_start() const { return at_ == 0 ? map_->chunks_[chunk_].get() : nullptr; }
    void skip_chunk() {
      ++chunk_;
      at_ = 0;
    }

   private:
    const ChunkedMap* map_ = nullptr;
    size_t chunk_ = 0;
    size_t at_ = 0;
  };

  class Editor;

  Iterator begin() const { return Iterator(this, 0); }
  Iterator end() const { return Iterator(this, chunks_.size()); }
  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }

  // Does `a` come before `b`?
  static bool less(const T& a, const T& b) { return Order::less(Order::key(a), Order::key(b)); }

  // The value of `key`, or null.
  template <class Key>
  const T* find(const Key& key) const {
    const Value* found = locate(chunks_, key);
    return found ? found->get() : nullptr;
  }
  template <class Key>
  Value share(const Key& key) const {
    const Value* found = locate(chunks_, key);
    return found ? *found : nullptr;
  }

 private:
  // The chunk that holds `key`, or would; chunks must not be empty.
  template <class Chunks, class Key>
  static size_t chunk_of(const Chunks& chunks, const Key& key) {
    auto after =
        std::upper_bound(chunks.begin(), chunks.end(), key, [](const Key& k, const auto& chunk) {
          return Order::less(k, Order::key(*chunk->front()));
        });
    return after == chunks.begin() ? 0 : static_cast<size_t>(after - chunks.begin()) - 1;
  }
  template <class Key>
  static size_t place_in(const Chunk& chunk, const Key& key) {
    auto place = std::lower_bound(
        chunk.begin(), chunk.end(), key,
        [](const Value& value, const Key& k) { return Order::less(Order::key(*value), k); });
    return static_cast<size_t>(place - chunk.begin());
  }
  template <class Key>
  static bool holds(const Chunk& chunk, size_t at, const Key& key) {
    return at < chunk.size() && !Order::less(key, Order::key(*chunk[at]));
  }
  template <class Chunks, class Key>
  static const Value* locate(const Chunks& chunks, const Key& key) {
    if (chunks.empty()) return nullptr;
    const Chunk& chunk = *chunks[chunk_of(chunks, key)];
    const size_t at = place_in(chunk, key);
    return holds(chunk, at, key) ? &chunk[at] : nullptr;
  }

  std::vector<std::shared_ptr<const Chunk>> chunks_;
  size_t size_ = 0;
};

template <class T, class Order>
class ChunkedMap<T, Order>::Editor {
 public:
  explicit Editor(const ChunkedMap& from)
      : chunks_(from.chunks_), owned_(from.chunks_.size()), size_(from.size_) {}

  template <class Key>
  const T* find(const Key& key) const {
    const Value* found = locate(chunks_, key);
    return found ? found->get() : nullptr;
  }

  // Inserts `value`, or replaces the one with its key.
  void put(Value value) {
    const auto key = Order::key(*value);
    if (chunks_.empty()) return add_first(std::move(value));
    const size_t index = chunk_of(chunks_, key);
    Chunk& chunk = own(index);
    const size_t at = place_in(chunk, key);
    if (holds(chunk, at, key)) {
      chunk[at] = std::move(value);
      return;
    }
    chunk.insert(chunk.begin() + static_cast<std::ptrdiff_t>(at), std::move(value));
    ++size_;
    if (chunk.size() > kChunkMax) split(index);
  }

  // Removes the value of `key`; false if there is none.
  template <class Key>
  bool erase(const Key& key) {
    if (!locate(chunks_, key)) return false;
    const size_t index = chunk_of(chunks_, key);
    Chunk& chunk = own(index);
    chunk.erase(chunk.begin() + static_cast<std::ptrdiff_t>(place_in(chunk, key)));
    --size_;
    if (chunk.empty()) {
      chunks_.erase(chunks_.begin() + static_cast<std::ptrdiff_t>(index));
      owned_.erase(owned_.begin() + static_cast<std::ptrdiff_t>(index));
    }
    return true;
  }

  // The edited map; the editor is empty afterwards.
  ChunkedMap finish() {
    ChunkedMap map;
    map.chunks_ = std::exchange(chunks_, {});
    map.size_ = std::exchange(size_, 0);
    owned_.clear();
    return map;
  }

 private:
  void add_first(Value value) {
    chunks_.push_back(std::make_shared<const Chunk>(1, std::move(value)));
    owned_.push_back(false);
    size_ = 1;
  }
  Chunk& own(size_t index) {
    if (!owned_[index]) {
      auto copy = std::make_shared<Chunk>();
      copy->reserve(kChunkMax + 1);
      copy->assign(chunks_[index]->begin(), chunks_[index]->end());
      chunks_[index] = std::move(copy);
      owned_[index] = true;
    }
    // Made above as a mutable chunk, and seen by nobody else before finish().
    return const_cast<Chunk&>(*chunks_[index]);
  }
  void split(size_t index) {
    Chunk& left = own(index);
    const auto half = left.begin() + static_cast<std::ptrdiff_t>(left.size() / 2);
    auto right = std::make_shared<Chunk>();
    right->reserve(kChunkMax + 1);
    right->assign(std::make_move_iterator(half), std::make_move_iterator(left.end()));
    left.erase(half, left.end());
    const auto after = static_cast<std::ptrdiff_t>(index) + 1;
    chunks_.insert(chunks_.begin() + after, std::move(right));
    owned_.insert(owned_.begin() + after, true);
  }

  std::vector<std::shared_ptr<const Chunk>> chunks_;
  std::vector<bool> owned_;
  size_t size_ = 0;
};

}  // namespace tenon::metadata
