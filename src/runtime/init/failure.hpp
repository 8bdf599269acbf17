#pragma once
// How the child between clone and exec speaks with its parent, over one SOCK_SEQPACKET socket.
//
//   child                     parent
//   user_namespace       ->            only with a new user namespace
//                        <-   go_on    ids are mapped
//   namespaces           ->            only with hooks for that point
//                        <-   go_on    prestart and createRuntime hooks ran
//   terminal (+ fd)      ->            only with a terminal
//   ready                ->
//                        <-   go_on    start (or a byte through the named gate)
//   (closed by exec)     ->            the program runs
//
// At any point the child may send `failure` instead and exit.

#include <cstdint>

namespace dhow::runtime::init {

/// What the child was doing. Each has its words in parent/failure_text.cpp.
enum class Step : std::uint32_t {
    none,
    enter_cgroup,
    join_namespace,
    new_cgroup_namespace,
    become_root,
    start_session,
    loopback,
    hostname,
    private_mounts,
    attach_root,
    mount_target,
    mount_filesystem,
    attach_mount,
    mount_attributes,
    make_device,
    link_device,
    find_null_device,
    mask_path,
    make_path_read_only,
    open_terminal,
    send_terminal,
    bind_console,
    working_directory_made,
    hook,
    pivot_root,
    root_read_only,
    sysctl,
    standard_streams,
    personality,
    resource_limit,
    bounding_set,
    set_groups,
    set_user,
    capabilities,
    no_new_privileges,
    seccomp,
    working_directory,
    working_directory_outside,
    parent_death_signal,
    talk,
    find_program,
    execute,
};

enum class Kind : std::uint32_t { failure, user_namespace, namespaces, terminal, ready, go_on };

/// A message, and the record of a failure.
struct Message {
    Kind kind = Kind::failure;
    Step step = Step::none;
    std::int32_t error = 0;  ///< errno
    char object[244] = {};   ///< what the step worked on, cut off where it does not fit
};

/// Where a step that fails leaves why; the steps give false then.
class Failure {
  public:
    /// Always false, so that a step can end with it. `error` may be negative.
    bool set(Step step, int error, const char* object = "") noexcept;
    const Message& message() const noexcept { return message_; }

  private:
    Message message_;
};

}  // namespace dhow::runtime::init
