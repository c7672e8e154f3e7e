// Private memory of a server process while it works: what only it has, without the pages that it shares.
#pragma once

#include <string>

namespace customer_value::bench {

// Runs a statement in a connection of its own; bytes of private memory at its peak beyond those before it, to a few
// hundred kilobytes. Reads /proc, so the server must be on this machine.
double peak_memory(const std::string& sql);

}  // namespace customer_value::bench
