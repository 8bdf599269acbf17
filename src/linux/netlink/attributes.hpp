#pragma once
// Walking over the attributes of a netlink message. libmnl's own macros are C that C++ does not take.

#include <libmnl/libmnl.h>

namespace dhow::linux::netlink {

namespace detail {

template <typename Each>
void walk(const char* position, const char* end, Each& each) {
    const auto* attribute = reinterpret_cast<const nlattr*>(position);
    while (mnl_attr_ok(attribute, static_cast<int>(end - reinterpret_cast<const char*>(attribute)))) {
        each(attribute);
        attribute = mnl_attr_next(attribute);
    }
}

}  // namespace detail

/// Calls `each(const nlattr*)` for those that follow a family header of `offset` bytes.
template <typename Each>
void for_each_attribute(const nlmsghdr* header, std::size_t offset, Each each) {
    const auto* payload = static_cast<const char*>(mnl_nlmsg_get_payload(header));
    detail::walk(payload + MNL_ALIGN(offset), static_cast<const char*>(mnl_nlmsg_get_payload_tail(header)),
                 each);
}

/// The same for those inside of another one.
template <typename Each>
void for_each_nested(const nlattr* nest, Each each) {
    const auto* payload = static_cast<const char*>(mnl_attr_get_payload(nest));
    detail::walk(payload, payload + mnl_attr_get_payload_len(nest), each);
}

}  // namespace dhow::linux::netlink
