using System;
using System.Buffers.Text;
using System.Collections.Generic;
using System.IO;
using NanoLibp2p.Firmware;

namespace NanoLibp2p.Boards.Virtual;

/// <summary>
/// What the host says of itself: on Linux its load average (<c>load1</c>), memory in use (<c>mem_mib</c>) and, where it has a sensor,
/// its temperature (<c>celsius</c>); elsewhere what .NET knows of this process: memory (<c>process_mib</c>) and processor time (<c>cpu_s</c>).
/// </summary>
public sealed class HostSensor : Sensor, IDisposable
{
    private readonly byte[] load = Reading.Name("load1");
    private readonly byte[] memory = Reading.Name("mem_mib");
    private readonly byte[] temperature = Reading.Name("celsius");
    private readonly byte[] processMemory = Reading.Name("process_mib");
    private readonly byte[] processorTime = Reading.Name("cpu_s");
    private readonly HostFile? loadFile;
    private readonly HostFile? memoryFile;
    private readonly HostFile? temperatureFile;

    /// <summary>Looks for what this host has.</summary>
    public HostSensor()
        : this("/")
    {
    }

    internal HostSensor(string root)
    {
        loadFile = HostFile.TryOpen(Path.Combine(root, "proc/loadavg"), 64);
        memoryFile = HostFile.TryOpen(Path.Combine(root, "proc/meminfo"), 512);
        temperatureFile = FindTemperature(root);
        var missing = new List<string>();
        if (loadFile == null)
        {
            missing.Add("load average");
        }

        if (memoryFile == null)
        {
            missing.Add("memory in use");
        }

        if (temperatureFile == null)
        {
            missing.Add("temperature");
        }

        Missing = string.Join(", ", missing);
    }

    /// <summary>What this host does not tell, such as <c>temperature</c>; empty when it tells everything.</summary>
    public string Missing { get; }

    /// <inheritdoc/>
    public override void Read(Reading reading)
    {
        if (loadFile != null && TryDecimal(loadFile.Read(), out long hundredths))
        {
            reading.Add(load, hundredths, 2);
        }

        if (memoryFile != null)
        {
            ReadOnlySpan<byte> text = memoryFile.Read();
            if (TryField(text, "MemTotal:"u8, out long total) && TryField(text, "MemAvailable:"u8, out long available))
            {
                reading.Add(memory, (total - available) / 1024, 0);
            }
        }

        if (temperatureFile != null && Utf8Parser.TryParse(temperatureFile.Read(), out long thousandths, out _))
        {
            reading.Add(temperature, thousandths / 100, 1);
        }

        if (loadFile == null && memoryFile == null)
        {
            reading.Add(processMemory, Environment.WorkingSet / (1024 * 1024), 0);
            if (!OperatingSystem.IsIOS() && !OperatingSystem.IsTvOS())
            {
                reading.Add(processorTime, (long)Environment.CpuUsage.TotalTime.TotalMilliseconds / 10, 2);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        loadFile?.Dispose();
        memoryFile?.Dispose();
        temperatureFile?.Dispose();
    }

    // thousandths of a degree: the first thermal zone, or the first input of a hardware monitor, that gives a number
    private static HostFile? FindTemperature(string root)
    {
        foreach ((string folder, string part, string pattern) in new[] { ("sys/class/thermal", "thermal_zone*", "temp"), ("sys/class/hwmon", "hwmon*", "temp*_input") })
        {
            string path = Path.Combine(root, folder);
            if (!Directory.Exists(path))
            {
                continue;
            }

            foreach (string source in Sorted(Directory.GetDirectories(path, part)))
            {
                foreach (string file in Sorted(Directory.GetFiles(source, pattern)))
                {
                    if (HostFile.TryOpen(file, 32) is HostFile found)
                    {
                        if (Gives(found))
                        {
                            return found;
                        }

                        found.Dispose();
                    }
                }
            }
        }

        return null;
    }

    private static bool Gives(HostFile file)
    {
        try
        {
            return Utf8Parser.TryParse(file.Read(), out long _, out _);
        }
        catch (IOException)
        {
            // a zone that is switched off
            return false;
        }
    }

    private static string[] Sorted(string[] paths)
    {
        Array.Sort(paths, StringComparer.Ordinal);
        return paths;
    }

    // "0.42 ..." as 42
    private static bool TryDecimal(ReadOnlySpan<byte> text, out long hundredths)
    {
        hundredths = 0;
        if (!Utf8Parser.TryParse(text, out decimal value, out _))
        {
            return false;
        }

        hundredths = (long)(value * 100);
        return true;
    }

    // "MemTotal:       24684092 kB"
    private static bool TryField(ReadOnlySpan<byte> text, ReadOnlySpan<byte> name, out long value)
    {
        value = 0;
        int at = text.IndexOf(name);
        return at >= 0 && Utf8Parser.TryParse(text[(at + name.Length)..].TrimStart((byte)' '), out value, out _);
    }
}
