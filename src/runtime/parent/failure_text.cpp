#include "runtime/parent/failure_text.hpp"

#include <cctype>
#include <cerrno>
#include <string>

#include "base/error.hpp"
#include "runtime/container.hpp"

namespace dhow::runtime {

void exec_failure(const std::string& program, int error) {
    bool searched = program.find('/') == std::string::npos;
    if (error == ENOENT && searched)
        throw NotFound("exec: \"{}\": executable file not found in $PATH", program);
    if (error == ENOENT) throw NotFound("exec: \"{0}\": stat {0}: no such file or directory", program);
    if (error == ENOTDIR) throw Forbidden("exec: \"{0}\": stat {0}: not a directory", program);
    if (error == EISDIR) throw Forbidden("exec: \"{}\": is a directory: permission denied", program);
    if (error == EACCES || error == EPERM) throw Forbidden("exec: \"{}\": permission denied", program);
    if (error == ENOEXEC) throw Forbidden("exec {}: exec format error", program);
    throw SystemError(error, fmt::format("exec: \"{}\"", program));
}

}  // namespace dhow::runtime

namespace dhow::runtime::parent {

namespace {

using init::Step;

const char* words_of(Step step) {
    switch (step) {
        case Step::enter_cgroup:
            return "join the cgroup";
        case Step::join_namespace:
            return "join namespace";
        case Step::new_cgroup_namespace:
            return "make a cgroup namespace";
        case Step::become_root:
            return "become root of the user namespace";
        case Step::start_session:
            return "start a session";
        case Step::loopback:
            return "bring the loopback interface up";
        case Step::hostname:
            return "set the host name";
        case Step::private_mounts:
            return "make all mounts private";
        case Step::attach_root:
            return "mount the root file system";
        case Step::mount_target:
            return "make the mount point";
        case Step::mount_filesystem:
            return "mount";
        case Step::attach_mount:
            return "attach the mount at";
        case Step::mount_attributes:
            return "make read-only";
        case Step::make_device:
            return "make device";
        case Step::link_device:
            return "link in /dev:";
        case Step::find_null_device:
            return "mask paths: no null device at";
        case Step::mask_path:
            return "mask path";
        case Step::make_path_read_only:
            return "make read-only the path";
        case Step::open_terminal:
            return "open a terminal at";
        case Step::send_terminal:
            return "hand over the terminal";
        case Step::bind_console:
            return "bind the terminal to";
        case Step::working_directory_made:
            return "make the working directory";
        case Step::hook:
            return "error running hook:";
        case Step::pivot_root:
            return "pivot_root";
        case Step::root_read_only:
            return "make the root read-only";
        case Step::sysctl:
            return "set sysctl";
        case Step::standard_streams:
            return "set up the standard streams";
        case Step::personality:
            return "set the personality";
        case Step::resource_limit:
            return "set resource limit";
        case Step::bounding_set:
            return "limit the capabilities' bounding set";
        case Step::set_groups:
            return "set the supplementary groups";
        case Step::set_user:
            return "become the user";
        case Step::capabilities:
            return "set the capabilities";
        case Step::no_new_privileges:
            return "set no_new_privs";
        case Step::seccomp:
            return "load the seccomp filter";
        case Step::parent_death_signal:
            return "set the parent's death signal";
        case Step::talk:
            return "talk to the runtime";
        case Step::none:
        case Step::working_directory:
        case Step::working_directory_outside:
        case Step::find_program:
        case Step::execute:
            break;
    }
    return "start the process";
}

}  // namespace

void throw_failure(const init::Message& failure) {
    std::string object(failure.object);
    switch (failure.step) {
        case Step::find_program:
        case Step::execute:
            exec_failure(object, failure.error);
        case Step::working_directory: {
            auto text = fmt::format("chdir to cwd (\"{}\") set in config.json failed: {}", object,
                                    errno_text(failure.error));
            if (failure.error == ENOENT) throw NotFound("{}", text);
            if (failure.error == EACCES || failure.error == ENOTDIR) throw Forbidden("{}", text);
            throw InvalidArgument("{}", text);
        }
        case Step::working_directory_outside:
            throw InvalidArgument(
                "current working directory is outside of container mount namespace root "
                "-- possible container breakout detected");
        default:
            throw SystemError(failure.error, fmt::format("{}{}{}", words_of(failure.step),
                                                         object.empty() ? "" : " ", object));
    }
}

}  // namespace dhow::runtime::parent
