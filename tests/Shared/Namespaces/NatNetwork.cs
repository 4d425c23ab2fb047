using System;
using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Linq;
using System.Threading;

namespace NanoLibp2p.Tests;

/// <summary>What a NAT does with ports.</summary>
internal enum NatKind
{
    /// <summary>A connection that leaves keeps its port, whoever it goes to; packets come in from where some went out to (RFC 4787:
    /// endpoint-independent mapping, address and port-dependent filtering).</summary>
    SamePort,

    /// <summary>Each peer sees another port (a symmetric NAT).</summary>
    PortOfEachPeer,
}

/// <summary>
/// A small internet of network namespaces, shut off from all else: a host outside, and two hosts each behind a NAT of the kernel (nftables'
/// masquerade). Addresses outside look public. Needs what <see cref="NetworkNamespace"/> does, and nftables.
/// </summary>
/// <remarks>
/// <code>
///   left 192.168.1.2 -- NAT 5.1.1.2 --+
///                                     +-- outside 5.9.9.9
///   right 192.168.2.2 - NAT 5.1.2.2 --+
/// </code>
/// </remarks>
internal sealed class NatNetwork : IDisposable
{
    private static int _count;

    private readonly string _name = string.Create(CultureInfo.InvariantCulture,
        $"nat{Environment.ProcessId}-{Interlocked.Increment(ref _count)}");

    /// <summary>Makes it.</summary>
    /// <param name="left">The NAT of the host at the left.</param>
    /// <param name="right">That of the other.</param>
    /// <exception cref="InvalidOperationException">A command failed; the message has what it said.</exception>
    public NatNetwork(NatKind left, NatKind right)
    {
        Outside = new NamespaceHost(_name + "o", "5.9.9.9", "5.9.9.9");
        Left = new NamespaceHost(_name + "l", "192.168.1.2", "5.1.1.2");
        Right = new NamespaceHost(_name + "r", "192.168.2.2", "5.1.2.2");
        try
        {
            Run("ip", "-batch -",
                string.Concat(Names.Select(name => $"netns add {name}\n")) + Cables(1, Left.Name) + Cables(2, Right.Name));
            Set(Outside.Name, $"addr add {Outside.Address}/32 dev lo", Up("n1", "5.1.1.1"), Up("n2", "5.1.2.1"));
            Set(Left.Name, Up("e0", Left.Address), "route add default via 192.168.1.1");
            Set(Right.Name, Up("e0", Right.Address), "route add default via 192.168.2.1");
            Set(_name + "n1", Up("l0", "192.168.1.1"), Up("w0", Left.Seen), "route add default via 5.1.1.1");
            Set(_name + "n2", Up("l0", "192.168.2.1"), Up("w0", Right.Seen), "route add default via 5.1.2.1");
            Route(Outside.Name, "");
            Route(_name + "n1", Rules(left));
            Route(_name + "n2", Rules(right));
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Why there can be none here; null when there can.</summary>
    public static string? Missing { get; } = NetworkNamespace.Missing ?? Look();

    public NamespaceHost Outside { get; }

    public NamespaceHost Left { get; }

    public NamespaceHost Right { get; }

    private string[] Names => [Outside.Name, Left.Name, Right.Name, _name + "n1", _name + "n2"];

    /// <summary>Ends it; what runs in it loses its network.</summary>
    public void Dispose()
    {
        foreach (string name in Names)
        {
            try
            {
                Run("ip", "netns del " + name, "");
            }
            catch (InvalidOperationException)
            {
                // it was never made
            }
        }
    }

    private string Cables(int number, string host)
    {
        string nat = _name + "n" + number;
        return $"link add e0 netns {host} type veth peer name l0 netns {nat}\n"
            + $"link add w0 netns {nat} type veth peer name n{number} netns {Outside.Name}\n";
    }

    private static string Up(string cable, string address) => $"addr add {address}/24 dev {cable}\nlink set {cable} up";

    private static void Set(string name, params string[] commands)
        => Run("ip", $"-n {name} -batch -", "link set lo up\n" + string.Join('\n', commands) + "\n");

    private static void Route(string name, string rules)
        => Run("ip", $"netns exec {name} sh -c \"echo 1 > /proc/sys/net/ipv4/ip_forward{(rules == "" ? "" : " && nft -f -")}\"", rules);

    // a router says nothing to strangers, as a RST would end the connection that is being made
    private static string Rules(NatKind kind) => $$"""
        table ip nat {
          chain leaving { type nat hook postrouting priority 100; oifname "w0" masquerade{{(kind == NatKind.SamePort ? "" : " random")}}; }
          chain strangers { type filter hook input priority 0; iifname "w0" drop; }
          chain through { type filter hook forward priority 0; iifname "w0" ct state new drop; }
        }

        """;

    private static string? Look()
    {
        string name = string.Create(CultureInfo.InvariantCulture, $"nat{Environment.ProcessId}-probe");
        try
        {
            Run("ip", "netns add " + name, "");
            Run("ip", $"netns exec {name} nft -f -", Rules(NatKind.PortOfEachPeer));
            return null;
        }
        catch (Exception e) when (e is InvalidOperationException or Win32Exception)
        {
            return "no NAT can be made here (Debian: apt-get install iproute2 nftables): " + e.Message;
        }
        finally
        {
            Run("ip", "netns del " + name, "");
        }
    }

    private static void Run(string program, string arguments, string input)
    {
        ProcessStartInfo start = new(program, arguments) { RedirectStandardError = true, RedirectStandardInput = true };
        using Process process = Process.Start(start)!;
        process.StandardInput.Write(input);
        process.StandardInput.Close();
        string said = process.StandardError.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{program} {arguments}: {said.Trim()}");
        }
    }
}
