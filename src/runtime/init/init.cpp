#include "runtime/init/init.hpp"

#include <cerrno>

#include <sched.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runtime/init/channel.hpp"
#include "runtime/init/steps.hpp"

namespace dhow::runtime::init {

namespace {

bool start_session(Failure& failure) noexcept {
    ::umask(0);
    return ::setsid() >= 0 || failure.set(Step::start_session, errno);
}

bool talk_at_namespaces(const ContainerPlan& plan, Failure& failure) noexcept {
    if (!plan.hooks_at_namespaces) return true;
    return (send_message(plan.program.channel, {.kind = Kind::namespaces}) &&
            wait_for_parent(plan.program.channel)) ||
           failure.set(Step::talk, EPIPE);
}

bool talk_about_user_namespace(const ContainerPlan& plan, Failure& failure) noexcept {
    if (!plan.entry.new_user_namespace) return true;
    return (send_message(plan.program.channel, {.kind = Kind::user_namespace}) &&
            wait_for_parent(plan.program.channel)) ||
           failure.set(Step::talk, EPIPE);
}

/// The birth of a container, in order.
bool prepare(const ContainerPlan& plan, RootState& state, Failure& failure) noexcept {
    return enter_cgroups(plan.entry, failure)                                     //
           && talk_about_user_namespace(plan, failure)                            //
           && join_namespaces(plan.entry, failure)                                //
           && become_root_of_user_namespace(plan.entry, failure)                  //
           && enter_new_cgroup_namespace(plan.entry, failure)                     //
           && start_session(failure)                                              //
           && bring_loopback_up(plan.entry, failure)                              //
           && set_names(plan, failure)                                            //
           && attach_root(plan, state, failure)                                   //
           && make_mounts(plan, state, failure)                                   //
           && make_devices(plan, state, failure)                                  //
           && talk_at_namespaces(plan, failure)                                   //
           && run_hooks(plan.create_container_hooks, plan.state_memory, failure)  //
           && open_console(plan, state, failure)                                  //
           && write_sysctls(plan, state, failure)                                 //
           && mask_paths(plan, state, failure)                                    //
           && make_paths_read_only(plan, state, failure)                          //
           && make_working_directory(plan, state, failure)                        //
           && make_late_read_only(plan, state, failure)                           //
           && pivot_to_root(plan, state, failure)                                 //
           && set_standard_streams(plan.program, state.terminal, failure);
}

}  // namespace

void run_container(const ContainerPlan& plan) noexcept {
    Failure failure;
    RootState state;
    if (!prepare(plan, state, failure)) give_up(plan.program.channel, failure);
    run_program(plan.program, failure, &plan);
}

namespace {

bool take_over_namespaces(const ExecPlan& plan, Failure& failure) noexcept {
    // The pid namespace came with the clone. All others at once: the kernel orders them.
    if (plan.namespaces && ::setns(plan.pidfd, plan.namespaces) < 0)
        return failure.set(Step::join_namespace, errno, "of the container");
    return true;
}

}  // namespace

void run_exec(const ExecPlan& plan) noexcept {
    Failure failure;
    bool inside = enter_cgroups(plan.entry, failure)                     //
                  && take_over_namespaces(plan, failure)                 //
                  && become_root_of_user_namespace(plan.entry, failure)  //
                  && start_session(failure)                              //
                  && set_standard_streams(plan.program, plan.terminal, failure);
    if (!inside) give_up(plan.program.channel, failure);
    run_program(plan.program, failure);
}

}  // namespace dhow::runtime::init
