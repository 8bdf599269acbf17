#include "base/error.hpp"
#include "linux/cgroup/files.hpp"
#include "linux/cgroup/limits.hpp"

namespace dhow::linux::cgroup {

namespace {

void set_v1(int directory, const BlockIoLimits& limits) {
    if (limits.weight) {
        auto weight = std::to_string(*limits.weight);
        if (!try_write_file(directory, files::v1_io_weight, weight) &&
            !try_write_file(directory, files::v1_io_weight_bfq, weight))
            throw NotImplemented("this kernel has no weights of block I/O (CONFIG_BFQ_GROUP_IOSCHED)");
    }
    for (const auto& device : limits.device_weights) {
        auto text = fmt::format("{}:{} {}", device.major, device.minor, device.weight);
        if (!try_write_file(directory, files::v1_io_weight_device, text) &&
            !try_write_file(directory, files::v1_io_weight_device_bfq, text))
            throw NotImplemented("this kernel has no weights of block devices (CONFIG_BFQ_GROUP_IOSCHED)");
    }
    auto write_rates = [&](const char* file, const std::vector<DeviceRate>& rates) {
        for (const auto& rate : rates)
            write_file(directory, file, fmt::format("{}:{} {}", rate.major, rate.minor, rate.rate));
    };
    write_rates(files::v1_read_bytes_rate, limits.read_bytes);
    write_rates(files::v1_write_bytes_rate, limits.write_bytes);
    write_rates(files::v1_read_operations_rate, limits.read_operations);
    write_rates(files::v1_write_operations_rate, limits.write_operations);
}

void set_v2(int directory, const BlockIoLimits& limits) {
    if (limits.weight &&
        !try_write_file(directory, files::v2_io_weight_bfq, std::to_string(*limits.weight))) {
        // 10..1000 becomes 1..10000.
        auto weight = 1 + (*limits.weight - 10) * 9999 / 990;
        if (!try_write_file(directory, files::v2_io_weight, std::to_string(weight)))
            throw NotImplemented("this kernel has no weights of block I/O (CONFIG_BFQ_GROUP_IOSCHED)");
    }
    for (const auto& device : limits.device_weights)
        write_file(directory, files::v2_io_weight_bfq,
                   fmt::format("{}:{} {}", device.major, device.minor, device.weight));
    auto write_rates = [&](const char* key, const std::vector<DeviceRate>& rates) {
        for (const auto& rate : rates) {
            auto amount = rate.rate ? std::to_string(rate.rate) : "max";
            write_file(directory, files::v2_io_max,
                       fmt::format("{}:{} {}={}", rate.major, rate.minor, key, amount));
        }
    };
    write_rates("rbps", limits.read_bytes);
    write_rates("wbps", limits.write_bytes);
    write_rates("riops", limits.read_operations);
    write_rates("wiops", limits.write_operations);
}

}  // namespace

void set_block_io(Directory directory, const BlockIoLimits& limits) {
    if (directory.version == Version::v1)
        set_v1(directory.fd, limits);
    else
        set_v2(directory.fd, limits);
}

}  // namespace dhow::linux::cgroup
