using System;
using System.Buffers.Text;
using System.Collections.Generic;
using System.IO;
using NanoLibp2p.Firmware;

namespace NanoLibp2p.Boards.Virtual;

/// <summary>
/// What the host says of itself: on Linux its load average (<c>load1</c>), memory in use (<c>mem_mib</c>) and, where it has a sensor,
/// its temperature (<c>celsius</c>); elsewhere what .NET knows of this process: memory (<c>process_mib</c>) and processor time
/// (<c>cpu_s</c>).
/// </summary>
public sealed class HostSensor : Sensor, IDisposable
{
    private readonly byte[] _load = Reading.Name("load1");
    private readonly byte[] _memory = Reading.Name("mem_mib");
    private readonly byte[] _temperature = Reading.Name("celsius");
    private readonly byte[] _processMemory = Reading.Name("process_mib");
    private readonly byte[] _processorTime = Reading.Name("cpu_s");
    private readonly HostFile? _loadFile;
    private readonly HostFile? _memoryFile;
    private readonly HostFile? _temperatureFile;

    /// <summary>Looks for what this host has.</summary>
    public HostSensor()
        : this("/")
    {
    }

    internal HostSensor(string root)
    {
        _loadFile = HostFile.TryOpen(Path.Combine(root, "proc/loadavg"), 64);
        _memoryFile = HostFile.TryOpen(Path.Combine(root, "proc/meminfo"), 512);
        _temperatureFile = FindTemperature(root);
        List<string> missing = new();
        if (_loadFile == null)
        {
            missing.Add("load average");
        }

        if (_memoryFile == null)
        {
            missing.Add("memory in use");
        }

        if (_temperatureFile == null)
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
        if (_loadFile != null && TryDecimal(_loadFile.Read(), out long hundredths))
        {
            reading.Add(_load, hundredths, 2);
        }

        if (_memoryFile != null)
        {
            ReadOnlySpan<byte> text = _memoryFile.Read();
            if (TryField(text, "MemTotal:"u8, out long total) && TryField(text, "MemAvailable:"u8, out long available))
            {
                reading.Add(_memory, (total - available) / 1024, 0);
            }
        }

        if (_temperatureFile != null && Utf8Parser.TryParse(_temperatureFile.Read(), out long thousandths, out _))
        {
            reading.Add(_temperature, thousandths / 100, 1);
        }

        if (_loadFile == null && _memoryFile == null)
        {
            reading.Add(_processMemory, Environment.WorkingSet / (1024 * 1024), 0);
            if (!OperatingSystem.IsIOS() && !OperatingSystem.IsTvOS())
            {
                reading.Add(_processorTime, (long)Environment.CpuUsage.TotalTime.TotalMilliseconds / 10, 2);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _loadFile?.Dispose();
        _memoryFile?.Dispose();
        _temperatureFile?.Dispose();
    }

    // thousandths of a degree: the first thermal zone, or the first input of a hardware monitor, that gives a number
    private static HostFile? FindTemperature(string root)
    {
        foreach ((string folder, string part, string pattern)
            in new[] { ("sys/class/thermal", "thermal_zone*", "temp"), ("sys/class/hwmon", "hwmon*", "temp*_input") })
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
