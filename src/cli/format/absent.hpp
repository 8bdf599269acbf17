#pragma once
// What a member stands for that the daemon left out or sent as null.
//
// docker's templates run over Go structs, where every member exists: `{{if .State.Health}}` is false rather
// than an error, `{{.Config.Entrypoint}}` prints []. The API's documents leave such members out.

#include <string_view>

#include "base/json.hpp"

namespace dhow::cli {

/// The zero value of a member of the API's documents, or null when there is no such member.
const json::Value* zero_of(std::string_view member);

}  // namespace dhow::cli
