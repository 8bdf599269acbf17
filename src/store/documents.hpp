#pragma once
// Objects of the engine kept as JSON documents: containers, volumes, networks. The store knows their id and
// their name; all else is the engine's.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/database.hpp"

namespace dhow::store {

struct Document {
    std::string id;
    std::string name;      ///< unique among the documents of its kind
    std::string document;  ///< JSON
};

/// One table of documents. Every call is one transaction; thread-safe.
class Documents {
  public:
    enum class Kind { containers, volumes, networks };

    Documents(Database& database, Kind kind);

    std::vector<Document> all() const;
    std::optional<Document> find(std::string_view id) const;

    /// Adds one. @throws ConstraintViolation when the id or the name is taken
    void insert(const Document& document, Durability durability = Durability::durable);
    /// Replaces what is under its id, name and all, or adds it. @throws ConstraintViolation when another has
    /// the name
    void put(const Document& document, Durability durability = Durability::durable);
    /// @return false when there was none
    bool remove(std::string_view id, Durability durability = Durability::durable);

    /// The same within the caller's transaction: several changes that survive a crash together or not at all.
    void put(Transaction& transaction, const Document& document);
    bool remove(Transaction& transaction, std::string_view id);

  private:
    Database& database_;
    std::string table_;
};

}  // namespace dhow::store
