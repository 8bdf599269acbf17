// The list of devices that a cgroup may use: files in v1, a BPF program of type CGROUP_DEVICE in v2.

#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <linux/bpf.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/unique_fd.hpp"
#include "linux/cgroup/files.hpp"
#include "linux/cgroup/limits.hpp"

namespace dhow::linux::cgroup {

namespace {

std::string v1_rule(const DeviceRule& rule) {
    auto number = [](std::int64_t value) { return value < 0 ? std::string("*") : std::to_string(value); };
    return fmt::format("{} {}:{} {}{}{}", rule.type, number(rule.major), number(rule.minor),
                       rule.read ? "r" : "", rule.write ? "w" : "", rule.make ? "m" : "");
}

bool matches_all(const DeviceRule& rule) {
    return rule.type == 'a' && rule.major < 0 && rule.minor < 0 && rule.read && rule.write && rule.make;
}

/// One of the two files, opened once for all rules.
class RuleFile {
  public:
    RuleFile(int directory, const char* name)
        : name_(name),
          file_(check(::openat(directory, name, O_WRONLY | O_CLOEXEC), "open cgroup file {}", name)) {}

    void write(std::string_view rule) {
        check(::write(file_.get(), rule.data(), rule.size()), "write \"{}\" to cgroup file {}", rule, name_);
    }

  private:
    const char* name_;
    UniqueFd file_;
};

void set_v1(int directory, const std::vector<DeviceRule>& rules) {
    // "a" alone resets the list; what is denied by nothing else starts denied.
    RuleFile allow(directory, files::v1_devices_allow), deny(directory, files::v1_devices_deny);
    if (rules.empty() || !matches_all(rules.front())) deny.write("a");
    for (const auto& rule : rules) (rule.allow ? allow : deny).write(matches_all(rule) ? "a" : v1_rule(rule));
}

bpf_insn instruction(int code, int target, int source, int offset, std::int32_t immediate) {
    bpf_insn result{};
    result.code = static_cast<std::uint8_t>(code);
    result.dst_reg = static_cast<std::uint8_t>(target & 0xf);
    result.src_reg = static_cast<std::uint8_t>(source & 0xf);
    result.off = static_cast<std::int16_t>(offset);
    result.imm = immediate;
    return result;
}

// Registers: 1 is the context at the start, then 2 the device's type, 3 the access, 4 major, 5 minor.
constexpr int type_register = 2, access_register = 3, major_register = 4, minor_register = 5;

bpf_insn load(int target, int offset) { return instruction(BPF_LDX | BPF_MEM | BPF_W, target, 1, offset, 0); }
bpf_insn skip_unless_equal(int reg, std::int32_t value) {
    return instruction(BPF_JMP | BPF_JNE | BPF_K, reg, 0, 0, value);
}

void append_verdict(std::vector<bpf_insn>& program, bool allow) {
    program.push_back(instruction(BPF_ALU64 | BPF_MOV | BPF_K, 0, 0, 0, allow ? 1 : 0));
    program.push_back(instruction(BPF_JMP | BPF_EXIT, 0, 0, 0, 0));
}

void append_rule(std::vector<bpf_insn>& program, const DeviceRule& rule) {
    std::vector<bpf_insn> block;
    if (rule.type != 'a')
        block.push_back(
            skip_unless_equal(type_register, rule.type == 'b' ? BPF_DEVCG_DEV_BLOCK : BPF_DEVCG_DEV_CHAR));
    int access = (rule.read ? BPF_DEVCG_ACC_READ : 0) | (rule.write ? BPF_DEVCG_ACC_WRITE : 0) |
                 (rule.make ? BPF_DEVCG_ACC_MKNOD : 0);
    if (access != (BPF_DEVCG_ACC_READ | BPF_DEVCG_ACC_WRITE | BPF_DEVCG_ACC_MKNOD)) {
        // An allowing rule must cover all that is asked for; a denying one any of it.
        block.push_back(instruction(BPF_ALU | BPF_MOV | BPF_X, 1, access_register, 0, 0));
        block.push_back(instruction(BPF_ALU | BPF_AND | BPF_K, 1, 0, 0, access));
        block.push_back(rule.allow ? instruction(BPF_JMP | BPF_JNE | BPF_X, 1, access_register, 0, 0)
                                   : instruction(BPF_JMP | BPF_JEQ | BPF_K, 1, 0, 0, 0));
    }
    if (rule.major >= 0)
        block.push_back(skip_unless_equal(major_register, static_cast<std::int32_t>(rule.major)));
    if (rule.minor >= 0)
        block.push_back(skip_unless_equal(minor_register, static_cast<std::int32_t>(rule.minor)));
    append_verdict(block, rule.allow);
    for (std::size_t i = 0; i + 2 < block.size(); ++i)
        if (BPF_CLASS(block[i].code) == BPF_JMP)
            block[i].off = static_cast<std::int16_t>(block.size() - i - 1);
    program.insert(program.end(), block.begin(), block.end());
}

std::vector<bpf_insn> compile(const std::vector<DeviceRule>& rules) {
    std::vector<bpf_insn> program;
    // bpf_cgroup_dev_ctx: access_type (the access above, the type below 16 bits), major, minor.
    program.push_back(load(type_register, 0));
    program.push_back(instruction(BPF_ALU | BPF_AND | BPF_K, type_register, 0, 0, 0xffff));
    program.push_back(load(access_register, 0));
    program.push_back(instruction(BPF_ALU | BPF_RSH | BPF_K, access_register, 0, 0, 16));
    program.push_back(load(major_register, 4));
    program.push_back(load(minor_register, 8));
    bool decided = false;
    for (auto rule = rules.rbegin(); rule != rules.rend() && !decided; ++rule) {
        append_rule(program, *rule);
        decided = matches_all(*rule);
    }
    if (!decided) append_verdict(program, false);
    return program;
}

long bpf(int command, bpf_attr& attributes) {
    return ::syscall(SYS_bpf, command, &attributes, sizeof attributes);
}

/// The programs attached before are replaced: with BPF_F_ALLOW_MULTI all must allow.
std::vector<std::uint32_t> attached_programs(int directory) {
    std::vector<std::uint32_t> ids(64);
    bpf_attr attributes{};
    attributes.query.target_fd = static_cast<std::uint32_t>(directory);
    attributes.query.attach_type = BPF_CGROUP_DEVICE;
    attributes.query.prog_ids = reinterpret_cast<std::uint64_t>(ids.data());
    attributes.query.prog_cnt = static_cast<std::uint32_t>(ids.size());
    check(bpf(BPF_PROG_QUERY, attributes), "list the cgroup's device programs");
    ids.resize(attributes.query.prog_cnt);
    return ids;
}

void detach(int directory, std::uint32_t id) {
    bpf_attr by_id{};
    by_id.prog_id = id;
    UniqueFd program(
        static_cast<int>(check(bpf(BPF_PROG_GET_FD_BY_ID, by_id), "open device program {}", id)));
    bpf_attr attributes{};
    attributes.target_fd = static_cast<std::uint32_t>(directory);
    attributes.attach_bpf_fd = static_cast<std::uint32_t>(program.get());
    attributes.attach_type = BPF_CGROUP_DEVICE;
    check(bpf(BPF_PROG_DETACH, attributes), "detach device program {}", id);
}

void set_v2(int path_fd, const std::vector<DeviceRule>& rules) {
    UniqueFd directory(check(::openat(path_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), "open cgroup"));
    auto program = compile(rules);
    bpf_attr attributes{};
    attributes.prog_type = BPF_PROG_TYPE_CGROUP_DEVICE;
    attributes.insns = reinterpret_cast<std::uint64_t>(program.data());
    attributes.insn_cnt = static_cast<std::uint32_t>(program.size());
    attributes.license = reinterpret_cast<std::uint64_t>("Apache-2.0");
    UniqueFd loaded(static_cast<int>(check(bpf(BPF_PROG_LOAD, attributes), "load the list of devices")));
    auto before = attached_programs(directory.get());
    bpf_attr attach{};
    attach.target_fd = static_cast<std::uint32_t>(directory.get());
    attach.attach_bpf_fd = static_cast<std::uint32_t>(loaded.get());
    attach.attach_type = BPF_CGROUP_DEVICE;
    attach.attach_flags = BPF_F_ALLOW_MULTI;
    check(bpf(BPF_PROG_ATTACH, attach), "attach the list of devices");
    for (auto id : before) detach(directory.get(), id);
}

}  // namespace

void set_devices(Directory directory, const std::vector<DeviceRule>& rules) {
    if (directory.version == Version::v1)
        set_v1(directory.fd, rules);
    else
        set_v2(directory.fd, rules);
}

}  // namespace dhow::linux::cgroup
