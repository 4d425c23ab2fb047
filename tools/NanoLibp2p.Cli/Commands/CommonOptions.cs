using System;
using System.CommandLine;
using System.CommandLine.Parsing;
using System.IO;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using NanoLibp2p.Core;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Cli.Commands;

/// <summary>Options and arguments that several commands have, read alike everywhere.</summary>
internal static class CommonOptions
{
    // what a device's settings take
    private const int LongestReadingMs = 999_999_999;

    /// <summary>For all commands.</summary>
    internal static readonly Option<bool> Json =
        new("--json") { Description = "One JSON object a line on stdout, for programs", Recursive = true };

    /// <summary>A peer to dial.</summary>
    internal static Argument<Multiaddr> Peer() => new("MULTIADDR")
    {
        Description = "The peer's address, such as /ip4/192.168.1.7/tcp/4001/p2p/12D3KooW...; also by name, over WebSocket (/ws) or "
            + "through a relay (/p2p-circuit); without /p2p/ any peer there will do",
        CustomParser = result => ParsePeer(result.Tokens[0].Value, result),
    };

    /// <summary>The peers that a board dials.</summary>
    internal static Option<Multiaddr[]> Dial() => new("--dial")
    {
        Description = "Peer that it dials, again and again; may be given several times, and they are dialled in turn",
        HelpName = "MULTIADDR",
        Required = true,
        Arity = ArgumentArity.OneOrMore,
        AllowMultipleArgumentsPerToken = false,
        CustomParser = result => result.Tokens.Select(token => ParseTcpPeer(token.Value, result)!).ToArray(),
    };

    /// <summary>A topic's name.</summary>
    internal static Argument<string> Topic() => new("TOPIC") { Description = "The topic's name" };

    /// <summary>A key file that is made when it is missing.</summary>
    internal static Option<FileInfo?> Key() =>
        new("--key") { Description = "Key file; made when it is not there. Without it the peer id is new with each run",
            HelpName = "FILE" };

    /// <summary>Patience with a peer.</summary>
    internal static Option<Duration> Timeout() =>
        Time("--timeout", 10, "How long a peer may take to answer", 1, Duration.Longest, "to wait for a peer");

    /// <summary>Time from reading to reading of a board.</summary>
    internal static Option<Duration> ReadingInterval(int standardSeconds = 1)
        => Time("--every", standardSeconds, "Time from one reading to the next", 1, TimeSpan.FromMilliseconds(LongestReadingMs),
            "from reading to reading: a board reads every 1ms to 277h");

    /// <summary>A time, such as 1s.</summary>
    internal static Option<Duration> Time(string name, int standardSeconds, string description) =>
        Time(name, standardSeconds, description, 0, Duration.Longest, "");

    /// <summary>A number of bytes, such as 10MB.</summary>
    internal static Option<ulong?> Size(string name, string description) => new(name)
    {
        Description = description + "; 1000, 64KiB, 10MB",
        HelpName = "BYTES",
        CustomParser = ParseSize,
    };

    /// <summary>How often something is done, at least once.</summary>
    internal static Option<int?> Count(string name, string description) =>
        new(name) { Description = description, HelpName = "N", CustomParser = ParseCount };

    /// <summary>What a client needs of a node: a few connections, and the user's patience.</summary>
    internal static NodeOptions ClientOptions(TimeSpan timeout)
    {
        NodeOptions options = NodeOptions.Desktop();
        options.MaxConnections = 4;
        options.MaxHandshakes = 4;
        options.DialTimeoutMs = (int)timeout.TotalMilliseconds;
        options.HandshakeTimeoutMs = options.DialTimeoutMs;
        options.NegotiationTimeoutMs = options.DialTimeoutMs;
        return options;
    }

    /// <summary>Reads an address that the desktop library dials: TCP, WebSocket, a name that stands for addresses, through a
    /// relay.</summary>
    internal static Multiaddr? ParsePeer(string text, SymbolResult result)
        => CheckPort(Parse(text, result, address => address.IsTcp || IsWebSocket(address) || address.Has(MultiaddrProtocol.DnsAddr)
            || address.Has(MultiaddrProtocol.P2pCircuit)), result);

    /// <summary>Reads an address that a board dials.</summary>
    internal static Multiaddr? ParseTcpPeer(string text, SymbolResult result)
        => CheckPort(Parse(text, result, address => address.IsTcp), result);

    /// <summary>Reads an address to listen on.</summary>
    internal static Multiaddr? ParseAddress(string text, SymbolResult result)
        => Parse(text, result, address => address.IsTcp || IsWebSocket(address));

    private static bool IsWebSocket(Multiaddr address) => address.Has(MultiaddrProtocol.Tcp)
        && (address.Has(MultiaddrProtocol.Ws) || address.Has(MultiaddrProtocol.Wss)) && !address.Has(MultiaddrProtocol.P2pCircuit);

    private static Multiaddr? CheckPort(Multiaddr? address, SymbolResult result)
    {
        if (address is { Port: 0 } && address.Has(MultiaddrProtocol.Tcp))
        {
            result.AddError($"{address}: nobody can be dialled at port 0; give the port that the peer listens on");
        }
        return address;
    }

    private static Multiaddr? Parse(string text, SymbolResult result, Func<Multiaddr, bool> takes)
    {
        Multiaddr? address = Multiaddr.TryParse(text, out string error);
        if (address != null && takes(address))
        {
            return address;
        }
        result.AddError(address == null
            ? $"{(text.TrimEnd('/').EndsWith("/tcp", StringComparison.Ordinal) ? $"{text}: the port is missing after /tcp" : error)}; an "
                + $"address is such as {Similar(text)}"
            : !address.Has(MultiaddrProtocol.Tcp) && !address.Has(MultiaddrProtocol.Udp) && address.Host != null
                ? $"{text}: the port is missing, and only plain TCP is spoken here; give an address such as "
                    + $"{text.Split("/p2p/")[0].TrimEnd('/')}/tcp/4001"
                : $"{text}: only plain TCP is spoken here; give an address such as /ip4/192.168.1.7/tcp/4001");
        return null;
    }

    // host:port, as others write it, in the form of a multiaddr
    private static string Similar(string text)
        => IPEndPoint.TryParse(text, out IPEndPoint? end) && end.Port > 0
            ? $"/{(end.AddressFamily == AddressFamily.InterNetwork ? "ip4" : "ip6")}/{end.Address}/tcp/{end.Port}"
            : "/ip4/192.168.1.7/tcp/4001/p2p/12D3KooW...";

    private static Option<Duration> Time(string name, int standardSeconds, string description, int leastMs, TimeSpan longest,
        string purpose) => new(name)
    {
        Description = description + "; 500ms, 1s, 2m",
        HelpName = "TIME",
        DefaultValueFactory = _ => Duration.Seconds(standardSeconds),
        CustomParser = result => ParseTime(result, leastMs, longest, purpose),
    };

    private static Duration ParseTime(ArgumentResult result, int leastMs, TimeSpan longest, string purpose)
    {
        string text = result.Tokens[0].Value;
        if (!Duration.TryParse(text, out Duration time))
        {
            result.AddError($"'{text}' is not a time; give one such as 500ms, 1s or 2m");
        }
        else if (time.Time.TotalMilliseconds < leastMs)
        {
            result.AddError($"'{text}' is too short {purpose}; give {leastMs}ms or more");
        }
        else if (time.Time > longest)
        {
            result.AddError($"'{text}' is too long {purpose}".TrimEnd() + $"; give {Math.Floor(longest.TotalHours)}h or less");
        }
        return time;
    }

    private static ulong? ParseSize(ArgumentResult result)
    {
        if (!ByteSize.TryParse(result.Tokens[0].Value, out ulong bytes))
        {
            result.AddError($"'{result.Tokens[0].Value}' is not a number of bytes; give one such as 1000, 64KiB or 10MB, at most 1024GiB");
        }
        return bytes;
    }

    private static int? ParseCount(ArgumentResult result)
    {
        if (!int.TryParse(result.Tokens[0].Value, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture,
            out int count) || count < 1)
        {
            result.AddError($"'{result.Tokens[0].Value}' is not a number of times; give 1 to {int.MaxValue}");
        }
        return count;
    }
}
