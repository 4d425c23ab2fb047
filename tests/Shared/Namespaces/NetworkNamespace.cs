using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Threading;

namespace NanoLibp2p.Tests;

/// <summary>
/// A network of its own on this machine, where a program has an address that looks public: js and go refuse to dial private ones and those
/// of documentation. A cable leads to this process's own network; more are laid with <see cref="Ip"/>. Needs Linux, root and
/// iproute2; <see cref="Missing"/> says what is not there. All of it is gone with <see cref="Dispose"/>.
/// </summary>
internal sealed class NetworkNamespace : IDisposable
{
    private static int _count;

    private readonly List<string> _cables = [];

    /// <summary>Makes a network with a cable to ours.</summary>
    /// <exception cref="InvalidOperationException">A command of iproute2 failed; the message has what it said.</exception>
    public NetworkNamespace()
    {
        int number = Interlocked.Increment(ref _count);
        int process = Environment.ProcessId;
        Name = string.Create(CultureInfo.InvariantCulture, $"nano{process}-{number}");

        // 32 networks of 8 addresses for each process
        int at = 8 * (number % 32);
        string net = string.Create(CultureInfo.InvariantCulture, $"5.{1 + (process >> 8 & 127)}.{process & 255}.");
        OurAddress = net + (at + 1).ToString(CultureInfo.InvariantCulture);
        OurOtherAddress = net + (at + 3).ToString(CultureInfo.InvariantCulture);
        Address = net + (at + 2).ToString(CultureInfo.InvariantCulture);
        Ip("netns", "add", Name);
        try
        {
            string ours = "v" + Name[4..];
            Ip("link", "add", ours, "type", "veth", "peer", "name", "up0", "netns", Name);
            _cables.Add(ours);
            Ip("addr", "add", OurAddress + "/29", "dev", ours);
            Ip("addr", "add", OurOtherAddress + "/29", "dev", ours);
            Ip("link", "set", ours, "up");
            Ip("-n", Name, "addr", "add", Address + "/29", "dev", "up0");
            Ip("-n", Name, "link", "set", "up0", "up");
            Ip("-n", Name, "link", "set", "lo", "up");
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Why there can be none here; null when there can.</summary>
    public static string? Missing { get; } = Look();

    /// <summary>Its name, for <c>ip netns exec</c>.</summary>
    public string Name { get; }

    /// <summary>The address at this process's end of the cable, which looks public.</summary>
    public string OurAddress { get; }

    /// <summary>Another one there.</summary>
    public string OurOtherAddress { get; }

    /// <summary>The address of a program in it, which looks public.</summary>
    public string Address { get; }

    /// <summary>What goes in front of a command that is to run in it.</summary>
    public IReadOnlyList<string> Prefix => ["ip", "netns", "exec", Name];

    /// <summary>Runs one command of iproute2, such as <c>-n NAME route add default via 5.1.2.3</c>.</summary>
    /// <exception cref="InvalidOperationException">It failed.</exception>
    public static void Ip(params string[] arguments)
    {
        (int code, string said) = Run(arguments);
        if (code != 0)
        {
            throw new InvalidOperationException($"ip {string.Join(' ', arguments)}: {said}");
        }
    }

    /// <summary>Ends it with all its cables; what runs in it loses its network.</summary>
    public void Dispose()
    {
        // a cable lasts as long as a socket on it
        foreach (string cable in _cables)
        {
            Run(["link", "del", cable]);
        }

        Run(["netns", "del", Name]);
    }

    private static string? Look()
    {
        if (!RuntimeInformation.IsOSPlatform(OSPlatform.Linux))
        {
            return "network namespaces are Linux's";
        }

        if (Environment.UserName != "root")
        {
            return "network namespaces need root";
        }

        try
        {
            string probe = string.Create(CultureInfo.InvariantCulture, $"nano{Environment.ProcessId}-probe");
            (int code, string said) = Run(["netns", "add", probe]);
            Run(["netns", "del", probe]);
            return code == 0 ? null : "no network namespace can be made here: " + said;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return "there is no ip (Debian: apt-get install iproute2)";
        }
    }

    private static (int Code, string Said) Run(IEnumerable<string> arguments)
    {
        ProcessStartInfo start = new("ip") { RedirectStandardError = true, RedirectStandardOutput = true };
        foreach (string argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        using Process process = Process.Start(start)!;
        string said = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, said.Trim());
    }
}
