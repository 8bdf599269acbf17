#pragma once
// What is in the store but may not be on disk yet. A builder makes a layer and an image at each step; it
// syncs them once, at its end. Until then their images carry the boot in which they were made: when that is
// over without a sync (the power was cut), they are forgotten.
//
// Whoever promises something durable that stands on an image or a layer calls sync() before.

#include <atomic>
#include <filesystem>
#include <mutex>
#include <string>

#include "oci/digest.hpp"
#include "store/database.hpp"

namespace dhow::store {

/// Another one after each start of the machine (random(4)).
std::string boot_id();

/// Thread-safe.
class Unsynced {
  public:
    /// Forgets the images of another boot. `data_root`: what is to be synced.
    Unsynced(Database& database, std::filesystem::path data_root);

    /// To be called when the files are written, and before the row that lets others find them is committed.
    void note() { pending_ = true; }
    bool pending() const { return pending_; }

    /// Marks an image's row, in the transaction that inserts it.
    void mark(Transaction& transaction, const oci::Digest& image);
    static bool is_marked(Transaction& transaction, const oci::Digest& image);

    /// Everything that was noted before is on disk afterwards. Costs nothing when there is nothing. Blocks.
    /// @throws SystemError, InternalError; then all is as before
    void sync();

  private:
    void sync_files() const;

    Database& database_;
    std::filesystem::path data_root_;
    std::string boot_;
    std::mutex one_at_a_time_;
    std::atomic<bool> pending_ = false;
};

}  // namespace dhow::store
