using System;
using System.IO;
using System.Text;
using System.Text.Json;
using NanoLibp2p.Boards.Virtual;

namespace NanoLibp2p.Firmware.Tests;

public sealed class HostSensorTests : IDisposable
{
    private readonly string _root = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());

    public HostSensorTests() => Directory.CreateDirectory(_root);

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void A_host_that_tells_everything_is_read_anew_each_time()
    {
        Put("proc/loadavg", "0.42 0.50 0.60 1/100 4711\n");
        Put("proc/meminfo", "MemTotal:       4096000 kB\nMemFree:          100 kB\nMemAvailable:   1024000 kB\n");
        Put("sys/class/thermal/thermal_zone0/temp", "48312\n");
        using HostSensor sensor = new(_root);
        Assert.Equal("", sensor.Missing);
        Assert.Equal("""{"n":1,"load1":0.42,"mem_mib":3000,"celsius":48.3}""", Read(sensor));

        File.WriteAllText(Path.Combine(_root, "proc/loadavg"), "12.05 0.50 0.60 1/100 4711\n");

        Assert.Equal("""{"n":1,"load1":12.05,"mem_mib":3000,"celsius":48.3}""", Read(sensor));
    }

    [Fact]
    public void The_first_temperature_that_is_a_number_is_taken()
    {
        Put("proc/loadavg", "1.00 1 1\n");
        Put("sys/class/thermal/thermal_zone0/temp", "N/A\n");
        Put("sys/class/hwmon/hwmon0/name", "nvme\n");
        Put("sys/class/hwmon/hwmon0/temp1_input", "-5250\n");
        using HostSensor sensor = new(_root);

        Assert.Equal("memory in use", sensor.Missing);
        Assert.Equal("""{"n":1,"load1":1.00,"celsius":-5.2}""", Read(sensor));
    }

    [Fact]
    public void A_host_that_tells_nothing_gives_what_the_process_knows_of_itself()
    {
        using HostSensor sensor = new(_root);

        Assert.Equal("load average, memory in use, temperature", sensor.Missing);
        JsonElement read = JsonDocument.Parse(Read(sensor)).RootElement;
        Assert.True(read.GetProperty("process_mib").GetInt32() > 0);
        Assert.True(read.GetProperty("cpu_s").GetDouble() >= 0);
    }

    [Fact]
    public void This_host_has_something_to_say()
    {
        using HostSensor sensor = new();

        Assert.True(JsonDocument.Parse(Read(sensor)).RootElement.EnumerateObject().MoveNext());
        if (OperatingSystem.IsLinux())
        {
            Assert.True(JsonDocument.Parse(Read(sensor)).RootElement.GetProperty("mem_mib").GetInt32() > 0);
        }
    }

    private static string Read(HostSensor sensor)
    {
        Reading reading = new(256);
        reading.Begin(1, 0);
        sensor.Read(reading);
        reading.End();
        return Encoding.UTF8.GetString(reading.Bytes, 0, reading.Count);
    }

    private void Put(string path, string text)
    {
        string full = Path.Combine(_root, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllText(full, text);
    }
}
