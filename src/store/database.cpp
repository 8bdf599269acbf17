#include "store/database.hpp"

#include <sqlite3.h>

namespace dhow::store {

namespace {

constexpr std::int64_t schema_version = 3;
constexpr const char* schema =
#include "store/schema.inc"
    ;
constexpr const char* schema_2 =
#include "store/schema_2.inc"
    ;
constexpr const char* schema_3 =
#include "store/schema_3.inc"
    ;

[[noreturn]] void fail(sqlite3* connection, std::string_view what) {
    int code = sqlite3_errcode(connection);
    std::string message = fmt::format("database: {}: {}", what, sqlite3_errmsg(connection));
    if (code == SQLITE_CONSTRAINT) throw ConstraintViolation(std::move(message));
    throw InternalError("{}", message);
}

}  // namespace

Rows::~Rows() {
    if (!statement_) return;
    sqlite3_reset(statement_);
    sqlite3_clear_bindings(statement_);
}

bool Rows::next() {
    int code = sqlite3_step(statement_);
    if (code == SQLITE_ROW) return true;
    if (code == SQLITE_DONE) return false;
    fail(sqlite3_db_handle(statement_), sqlite3_sql(statement_));
}

std::int64_t Rows::integer(int column) const { return sqlite3_column_int64(statement_, column); }

std::string Rows::text(int column) const {
    const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
    return text ? std::string(text, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))) : "";
}

bool Rows::is_null(int column) const { return sqlite3_column_type(statement_, column) == SQLITE_NULL; }

Transaction::Transaction(Database& database, Durability durability)
    : database_(&database), lock_(database.mutex_) {
    if (database.durability_ != durability) {
        database.run(durability == Durability::durable ? "PRAGMA synchronous=FULL"
                                                       : "PRAGMA synchronous=NORMAL");
        database.durability_ = durability;
    }
    // IMMEDIATE: whoever is the only writer anyway need not upgrade later, which could fail.
    execute("BEGIN IMMEDIATE");
    open_ = true;
}

Transaction::~Transaction() {
    if (!open_) return;
    // Some errors have rolled back already; a second ROLLBACK fails then, which changes nothing.
    sqlite3_exec(database_->connection_.get(), "ROLLBACK", nullptr, nullptr, nullptr);
}

void Transaction::commit() {
    execute("COMMIT");
    open_ = false;
}

std::int64_t Transaction::changes() const { return sqlite3_changes64(database_->connection_.get()); }

sqlite3_stmt* Transaction::prepare(std::string_view sql) {
    auto& statement = database_->statements_[std::string(sql)];
    if (!statement) {
        sqlite3_stmt* raw = nullptr;
        sqlite3* connection = database_->connection_.get();
        if (sqlite3_prepare_v3(connection, sql.data(), static_cast<int>(sql.size()),
                               SQLITE_PREPARE_PERSISTENT, &raw, nullptr) != SQLITE_OK)
            fail(connection, sql);
        statement.reset(raw);
    }
    return statement.get();
}

void Transaction::bind(sqlite3_stmt* statement, int index, std::int64_t value) {
    if (sqlite3_bind_int64(statement, index, value) != SQLITE_OK) fail(database_->connection_.get(), "bind");
}

void Transaction::bind(sqlite3_stmt* statement, int index, std::string_view value) {
    // An empty view may point nowhere, which SQLite would take for NULL.
    const char* data = value.empty() ? "" : value.data();
    if (sqlite3_bind_text64(statement, index, data, value.size(), SQLITE_TRANSIENT, SQLITE_UTF8) != SQLITE_OK)
        fail(database_->connection_.get(), "bind");
}

void Transaction::bind(sqlite3_stmt* statement, int index, std::nullptr_t) {
    if (sqlite3_bind_null(statement, index) != SQLITE_OK) fail(database_->connection_.get(), "bind");
}

void Database::Close::operator()(sqlite3* connection) const { sqlite3_close_v2(connection); }
void Database::Finalize::operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }

Database::Database(const std::filesystem::path& file) {
    sqlite3* raw = nullptr;
    int code = sqlite3_open_v2(file.c_str(), &raw,
                               SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr);
    connection_.reset(raw);
    if (code != SQLITE_OK) fail(raw, fmt::format("open {}", file.string()));
    sqlite3_busy_timeout(raw, 5000);
    // One daemon a data root: no locks are taken and given back at each transaction.
    run("PRAGMA locking_mode=EXCLUSIVE");
    run("PRAGMA journal_mode=WAL");
    run("PRAGMA synchronous=FULL");
    run("PRAGMA foreign_keys=ON");
    // A checkpoint syncs twice, inside of somebody's commit: rather when idle (`checkpoint`) than every 1000
    // pages.
    run("PRAGMA wal_autocheckpoint=4000");
    // Half a MiB is plenty for rows that are small, and is all that it costs an idle daemon.
    run("PRAGMA cache_size=-512");
    migrate();
}

Database::~Database() = default;

void Database::run(const char* sql) {
    if (sqlite3_exec(connection_.get(), sql, nullptr, nullptr, nullptr) != SQLITE_OK)
        fail(connection_.get(), sql);
}

void Database::migrate() {
    auto transaction = begin();
    std::int64_t version = 0;
    {
        auto rows = transaction.query("PRAGMA user_version");
        if (rows.next()) version = rows.integer(0);
    }
    if (version > schema_version)
        throw InternalError("the database has schema version {}, of a newer dhow; this one knows {}", version,
                            schema_version);
    if (version == schema_version) return;
    if (version < 1) run(schema);
    if (version < 2) run(schema_2);
    if (version < 3) run(schema_3);
    run("PRAGMA user_version=3");
    transaction.commit();
}

void Database::checkpoint() {
    std::lock_guard lock(mutex_);
    sqlite3_wal_checkpoint_v2(connection_.get(), nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
    sqlite3_db_release_memory(connection_.get());
}

}  // namespace dhow::store
