#pragma once
// What earlier builds made, found by what went in: a key is the digest of a step's inputs and of the step,
// the value an image whose last step it was. Keys vanish with their image.

#include <optional>
#include <set>
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
    /// Forgets the keys that lead to an image.
    void forget(const oci::Digest& image);

    /// The image is what a user built, rather than a step on the way.
    void note_result(const oci::Digest& image) { put("result " + image.text(), image); }
    std::set<oci::Digest> results() const;

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
