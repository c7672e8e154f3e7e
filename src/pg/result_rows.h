// Results of many rows: put one after the other into a tuplestore, which spills to disk past work_mem.
#pragma once

#include "pg/results.h"

#include <initializer_list>

namespace customer_value::pg {

class ResultRows {
public:
    explicit ResultRows(FunctionCallInfo fcinfo)
    {
        InitMaterializedSRF(fcinfo, 0);
        info_ = reinterpret_cast<ReturnSetInfo*>(fcinfo->resultinfo);
        scratch_ = AllocSetContextCreate(CurrentMemoryContext, "customer_value row", ALLOCSET_SMALL_SIZES);
        caller_ = MemoryContextSwitchTo(scratch_);
    }
    // One more row; the columns as declared. What they were made of may go: it lies in the scratch of this row.
    void put(std::initializer_list<NullableResult> columns)
    {
        RowValues row(columns);
        Assert(row.count == info_->setDesc->natts);
        tuplestore_putvalues(info_->setResult, info_->setDesc, row.values, row.nulls);
        MemoryContextReset(scratch_);
        CHECK_FOR_INTERRUPTS();
    }
    // Back to the caller's context; returns what the SQL function returns.
    Datum done()
    {
        MemoryContextSwitchTo(caller_);
        MemoryContextDelete(scratch_);
        return 0;
    }

private:
    ReturnSetInfo* info_;
    MemoryContext scratch_, caller_;
};

// Whether one of the arguments that a report cannot do without is NULL; it then has no rows.
inline bool lacks(FunctionCallInfo fcinfo, std::initializer_list<int> arguments)
{
    for (const int index : arguments)
        if (PG_ARGISNULL(index))
            return true;
    return false;
}
inline Datum no_rows(FunctionCallInfo fcinfo) { return ResultRows(fcinfo).done(); }

// Columns.
inline NullableResult day_column(std::int32_t day) { return {DateADTGetDatum(day), false}; }
inline NullableResult count_column(std::int64_t count) { return {Int64GetDatum(count), false}; }
inline NullableResult null_column() { return {}; }

}  // namespace customer_value::pg
