// What a writer of orders notes where the table `changes` of a mart cannot be locked.
#pragma once

#include "pg/server.h"

namespace customer_value::pg {

// Locks `changes` as a writer does, waiting as long as the session is willing to wait for a lock. False where that is too
// long (lock_timeout), or where the wait is part of a deadlock: the session goes on in either case. A cancelled query and
// all other errors go their way.
bool lock_changes(Oid changes);

// Leaves a mark with the trigger function of a mart: the orders have changed, and no table says in which months. It counts
// if the transaction commits, and refresh_mart then reads all months.
void mark_all_changed(Oid function);

}  // namespace customer_value::pg
