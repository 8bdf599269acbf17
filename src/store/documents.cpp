#include "store/documents.hpp"

namespace dhow::store {

Documents::Documents(Database& database, Kind kind)
    : database_(database),
      table_(kind == Kind::containers ? "containers"
             : kind == Kind::volumes  ? "volumes"
                                      : "networks") {}

std::vector<Document> Documents::all() const {
    auto transaction = database_.begin(Durability::relaxed);
    auto rows = transaction.query("SELECT id, name, document FROM " + table_);
    std::vector<Document> documents;
    while (rows.next()) documents.push_back({rows.text(0), rows.text(1), rows.text(2)});
    return documents;
}

std::optional<Document> Documents::find(std::string_view id) const {
    auto transaction = database_.begin(Durability::relaxed);
    auto rows = transaction.query("SELECT id, name, document FROM " + table_ + " WHERE id = ?1", id);
    if (!rows.next()) return std::nullopt;
    return Document{rows.text(0), rows.text(1), rows.text(2)};
}

void Documents::insert(const Document& document, Durability durability) {
    auto transaction = database_.begin(durability);
    transaction.execute("INSERT INTO " + table_ + " (id, name, document) VALUES (?1, ?2, ?3)", document.id,
                        document.name, document.document);
    transaction.commit();
}

void Documents::put(const Document& document, Durability durability) {
    auto transaction = database_.begin(durability);
    put(transaction, document);
    transaction.commit();
}

void Documents::put(Transaction& transaction, const Document& document) {
    transaction.execute(
        "INSERT INTO " + table_ +
            " (id, name, document) VALUES (?1, ?2, ?3) ON CONFLICT (id) DO UPDATE SET name = ?2, "
            "document = ?3",
        document.id, document.name, document.document);
}

bool Documents::remove(std::string_view id, Durability durability) {
    auto transaction = database_.begin(durability);
    bool there = remove(transaction, id);
    transaction.commit();
    return there;
}

bool Documents::remove(Transaction& transaction, std::string_view id) {
    return transaction.execute("DELETE FROM " + table_ + " WHERE id = ?1", id) > 0;
}

}  // namespace dhow::store
