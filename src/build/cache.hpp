#pragma once
// What earlier builds made, found by what went in: a key is the digest of a step's inputs and of the step,
// the value an image whose last step it was. Keys vanish with their image.

#include <optional>
#include <string>
#include <string_view>

#include "oci/digest.hpp"
#include "store/store.hpp"

namespace dhow::build {

/// Thread-safe; blocks on the database.
class Cache {
  public:
    explicit Cache(store::Store& store) : store_(store) {}

    std::optional<oci::Digest> find(std::string_view key) const;
    void put(std::string_view key, const oci::Digest& image);
    /// Forgets all. @return how many keys there were
    std::int64_t clear();

  private:
    store::Store& store_;
};

/// Makes a key of texts; each counts with its length, so that no two lists make the same key.
class Key {
  public:
    explicit Key(std::string_view kind) { add(kind); }
    Key& add(std::string_view text);
    std::string finish() { return hash_.finish().text(); }

  private:
    store::Sha256 hash_;
};

}  // namespace dhow::build
