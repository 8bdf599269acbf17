#pragma once
// The steps of the child, in the order of their files. Each gives false and says why in `failure`.

#include "runtime/init/failure.hpp"
#include "runtime/init/plan.hpp"

namespace dhow::runtime::init {

// entry.cpp
bool enter_cgroups(const EntryPlan& plan, Failure& failure) noexcept;
bool join_namespaces(const EntryPlan& plan, Failure& failure) noexcept;
bool enter_new_cgroup_namespace(const EntryPlan& plan, Failure& failure) noexcept;
bool become_root_of_user_namespace(const EntryPlan& plan, Failure& failure) noexcept;
bool bring_loopback_up(const EntryPlan& plan, Failure& failure) noexcept;
bool set_names(const ContainerPlan& plan, Failure& failure) noexcept;

/// The descriptors that the steps on the root share.
struct RootState {
    int root = -1;      ///< the root's mount, O_PATH
    int proc = -1;      ///< the mount of a proc that nobody could have touched yet
    int terminal = -1;  ///< the slave
};

// rootfs.cpp
bool attach_root(const ContainerPlan& plan, RootState& state, Failure& failure) noexcept;
bool make_mounts(const ContainerPlan& plan, RootState& state, Failure& failure) noexcept;
bool make_working_directory(const ContainerPlan& plan, const RootState& state, Failure& failure) noexcept;
bool make_late_read_only(const ContainerPlan& plan, const RootState& state, Failure& failure) noexcept;
bool pivot_to_root(const ContainerPlan& plan, const RootState& state, Failure& failure) noexcept;

// devices.cpp
bool make_devices(const ContainerPlan& plan, const RootState& state, Failure& failure) noexcept;

// masks.cpp
bool mask_paths(const ContainerPlan& plan, const RootState& state, Failure& failure) noexcept;
bool make_paths_read_only(const ContainerPlan& plan, const RootState& state, Failure& failure) noexcept;

// sysctl.cpp
bool write_sysctls(const ContainerPlan& plan, RootState& state, Failure& failure) noexcept;

// console.cpp
bool open_console(const ContainerPlan& plan, RootState& state, Failure& failure) noexcept;
bool set_standard_streams(const ProgramPlan& plan, int terminal, Failure& failure) noexcept;

// hooks.cpp
bool run_hooks(const std::vector<HookStep>& hooks, int state_memory, Failure& failure) noexcept;

// credentials.cpp
bool set_resource_limits(const ProgramPlan& plan, Failure& failure) noexcept;
bool enter_working_directory(const ProgramPlan& plan, bool& entered, Failure& failure) noexcept;
bool become_user(const ProgramPlan& plan, Failure& failure) noexcept;

// program.cpp
/// All from the resource limits to the exec, with the wait at the gate in between. Does not return.
[[noreturn]] void run_program(const ProgramPlan& plan, Failure& failure,
                              const ContainerPlan* container = nullptr) noexcept;
/// Reports on `channel` and exits.
[[noreturn]] void give_up(int channel, const Failure& failure) noexcept;

}  // namespace dhow::runtime::init
