#pragma once
// The daemon's memory that must survive: one SQLite file in WAL mode. Schema: store/schema.sql.

#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/error.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace dhow::store {

/// Thrown where a row breaks a UNIQUE, PRIMARY KEY or FOREIGN KEY constraint; callers turn it into their
/// words.
class ConstraintViolation : public Error {
  public:
    explicit ConstraintViolation(std::string message) : Error(ErrorKind::conflict, std::move(message)) {}
};

/// What a commit promises.
enum class Durability {
    durable,  ///< on disk when commit() returns, also after a power cut (synchronous=FULL)
    relaxed,  ///< survives the death of the daemon; a power cut may lose it, never half of it (NORMAL)
};

/// The rows of one query, one at a time. Columns count from 0. Lives inside its transaction.
class Rows {
  public:
    Rows(Rows&& other) noexcept : statement_(std::exchange(other.statement_, nullptr)) {}
    Rows& operator=(Rows&&) = delete;
    ~Rows();

    /// Steps to the next row; false after the last.
    bool next();
    std::int64_t integer(int column) const;
    std::string text(int column) const;
    bool is_null(int column) const;

  private:
    friend class Transaction;
    explicit Rows(sqlite3_stmt* statement) : statement_(statement) {}
    sqlite3_stmt* statement_;
};

class Database;

/// Everything between BEGIN and COMMIT, and the only way to the data: while it lives, other threads wait. So
/// it is short and does nothing else that blocks. Rolls back unless `commit()` was called.
class [[nodiscard]] Transaction {
  public:
    Transaction(Transaction&& other) noexcept
        : database_(other.database_),
          lock_(std::move(other.lock_)),
          open_(std::exchange(other.open_, false)) {}
    Transaction& operator=(Transaction&&) = delete;
    ~Transaction();

    /// Runs a statement that gives no rows; `?1`, `?2`... stand for the arguments (integers, text, optionals
    /// for NULL). @return how many rows it changed. @throws ConstraintViolation, InternalError
    template <typename... Args>
    std::int64_t execute(std::string_view sql, const Args&... args) {
        Rows rows = query(sql, args...);
        rows.next();
        return changes();
    }

    /// Runs a query. Two of the same text must not be open at once in one transaction.
    template <typename... Args>
    Rows query(std::string_view sql, const Args&... args) {
        Rows rows(prepare(sql));
        [[maybe_unused]] int index = 0;
        (bind(rows.statement_, ++index, args), ...);
        return rows;
    }

    /// @throws InternalError when the disk refuses (SQLITE_FULL and the like); nothing is changed then.
    void commit();

  private:
    friend class Database;
    Transaction(Database& database, Durability durability);
    sqlite3_stmt* prepare(std::string_view sql);
    std::int64_t changes() const;
    void bind(sqlite3_stmt* statement, int index, std::int64_t value);
    void bind(sqlite3_stmt* statement, int index, int value) {
        bind(statement, index, static_cast<std::int64_t>(value));
    }
    void bind(sqlite3_stmt* statement, int index, bool value) {
        bind(statement, index, static_cast<std::int64_t>(value));
    }
    void bind(sqlite3_stmt* statement, int index, std::string_view value);
    void bind(sqlite3_stmt* statement, int index, const std::string& value) {
        bind(statement, index, std::string_view(value));
    }
    void bind(sqlite3_stmt* statement, int index, const char* value) {
        bind(statement, index, std::string_view(value));
    }
    void bind(sqlite3_stmt* statement, int index, std::nullptr_t);
    template <typename T>
    void bind(sqlite3_stmt* statement, int index, const std::optional<T>& value) {
        if (value)
            bind(statement, index, *value);
        else
            bind(statement, index, nullptr);
    }

    Database* database_;
    std::unique_lock<std::mutex> lock_;
    bool open_ = false;
};

/// One connection, callable from any thread of the BlockingPool; the transactions of threads follow one
/// another.
class Database {
  public:
    /// Opens or makes the file and brings its schema up to date (PRAGMA user_version).
    /// @throws InternalError when it is damaged, or was written by a newer dhow.
    explicit Database(const std::filesystem::path& file);
    ~Database();
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;

    Transaction begin(Durability durability = Durability::durable) { return {*this, durability}; }

    /// Moves the write-ahead log into the file, so that it does not grow for ever. Called when idle.
    void checkpoint();

  private:
    friend class Transaction;
    void run(const char* sql);
    void migrate();

    struct Close {
        void operator()(sqlite3* connection) const;
    };
    struct Finalize {
        void operator()(sqlite3_stmt* statement) const;
    };
    std::mutex mutex_;
    std::unique_ptr<sqlite3, Close> connection_;
    // After the connection, so that statements go first.
    std::unordered_map<std::string, std::unique_ptr<sqlite3_stmt, Finalize>> statements_;
    Durability durability_ = Durability::durable;
};

}  // namespace dhow::store
