#include "memory.h"

#include "../stress/connection.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <fstream>
#include <stdexcept>
#include <thread>

namespace customer_value::bench {

namespace {

// RssAnon, in bytes; 0 where it cannot be read. (VmHWM, the peak that the kernel keeps, has the shared buffers in it.)
double private_memory(int pid)
{
    std::ifstream file("/proc/" + std::to_string(pid) + "/status");
    for (std::string word; file >> word;)
        if (double kilobytes; word == "RssAnon:" && file >> kilobytes)
            return kilobytes * 1024;
    return 0;
}

// Looks again and again how much a process has, until it is asked for the most.
class Watch {
public:
    explicit Watch(int pid) : peak_(private_memory(pid)), thread_([this, pid] { look(pid); }) {}
    ~Watch() { finish(); }
    Watch(const Watch&) = delete;
    Watch& operator=(const Watch&) = delete;

    double finish()
    {
        is_over_ = true;
        if (thread_.joinable())
            thread_.join();
        return peak_;
    }

private:
    void look(int pid)
    {
        for (; !is_over_; std::this_thread::sleep_for(std::chrono::milliseconds(1)))
            peak_ = std::max(peak_, private_memory(pid));
    }

    double peak_;
    std::atomic<bool> is_over_ = false;
    std::thread thread_;
};

}  // namespace

double peak_memory(const std::string& sql)
{
    test::Connection connection;
    connection.run("SELECT 1");
    const double before = private_memory(connection.backend_pid());
    if (before == 0)
        throw std::runtime_error("the private memory of the server cannot be read from /proc");
    Watch watch(connection.backend_pid());
    connection.run(sql);
    return watch.finish() - before;
}

}  // namespace customer_value::bench
