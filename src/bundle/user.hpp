#pragma once
// `USER` and `--user`: names of the container's own /etc/passwd and /etc/group become numbers.

#include <string>
#include <string_view>
#include <vector>

#include "bundle/root_view.hpp"
#include "bundle/spec.hpp"

namespace dhow::bundle {

/// Resolves "", "name", "uid", "name:group", "uid:gid" (any mix) and the groups of --group-add.
///
/// A decimal number is always a number, never looked up as a name; one above 2^31-1 (or with a sign) is an
/// error, so it can neither wrap to root nor be made root by a passwd line of that name.
/// A user without an explicit group gets the primary group and the supplementary groups of the two files;
/// with an explicit group the supplementary groups of the files are left out, as docker does it.
/// @throws InvalidArgument "unable to find user x: no matching entries in passwd file" and its like for
/// groups.
User resolve_user(const RootView& root, std::string_view user, const std::vector<std::string>& group_add);

}  // namespace dhow::bundle
