using System;
using System.CommandLine;
using System.CommandLine.Parsing;
using System.IO;
using NanoLibp2p.Core;
using NanoLibp2p.Core.Multiformats;

namespace NanoLibp2p.Cli.Commands;

/// <summary>Options and arguments that several commands have, read alike everywhere.</summary>
internal static class CommonOptions
{
    /// <summary>For all commands.</summary>
    internal static readonly Option<bool> Json = new("--json") { Description = "One JSON object a line on stdout, for programs", Recursive = true };

    /// <summary>A peer to dial.</summary>
    internal static Argument<Multiaddr> Peer() => new("MULTIADDR")
    {
        Description = "The peer's address, such as /ip4/192.168.1.7/tcp/4001/p2p/12D3KooW...; without /p2p/ any peer there will do",
        CustomParser = result => ParseAddress(result.Tokens[0].Value, result),
    };

    /// <summary>A topic's name.</summary>
    internal static Argument<string> Topic() => new("TOPIC") { Description = "The topic's name" };

    /// <summary>A key file that is made when it is missing.</summary>
    internal static Option<FileInfo?> Key() => new("--key") { Description = "Key file; made when it is not there. Without it the peer id is new with each run", HelpName = "FILE" };

    /// <summary>Patience with a peer.</summary>
    internal static Option<Duration> Timeout() => Time("--timeout", 10, "How long a peer may take to answer");

    /// <summary>A time, such as 1s.</summary>
    internal static Option<Duration> Time(string name, int standardSeconds, string description) => new(name)
    {
        Description = description + "; 500ms, 1s, 2m",
        HelpName = "TIME",
        DefaultValueFactory = _ => Duration.Seconds(standardSeconds),
        CustomParser = ParseTime,
    };

    /// <summary>A number of bytes, such as 10MB.</summary>
    internal static Option<ulong?> Size(string name, string description) => new(name)
    {
        Description = description + "; 1000, 64KiB, 10MB",
        HelpName = "BYTES",
        CustomParser = ParseSize,
    };

    /// <summary>How often something is done, at least once.</summary>
    internal static Option<int?> Count(string name, string description) => new(name) { Description = description, HelpName = "N", CustomParser = ParseCount };

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

    /// <summary>Reads an address that can be dialled or listened on.</summary>
    internal static Multiaddr? ParseAddress(string text, SymbolResult result)
    {
        Multiaddr? address = Multiaddr.TryParse(text, out string error);
        if (address == null)
        {
            result.AddError($"{error}; an address is such as /ip4/192.168.1.7/tcp/4001/p2p/12D3KooW...");
        }
        else if (!address.IsTcp)
        {
            result.AddError(address.Has(MultiaddrProtocol.DnsAddr)
                ? $"{text}: dnsaddr is not looked up here; give an address that it stands for (dig TXT _dnsaddr.NAME shows them)"
                : $"{text}: only plain TCP is spoken here; give an address such as /ip4/192.168.1.7/tcp/4001");
        }
        else
        {
            return address;
        }
        return null;
    }

    private static Duration ParseTime(ArgumentResult result)
    {
        if (!Duration.TryParse(result.Tokens[0].Value, out Duration time))
        {
            result.AddError($"'{result.Tokens[0].Value}' is not a time; give one such as 500ms, 1s or 2m");
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
        if (!int.TryParse(result.Tokens[0].Value, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out int count) || count < 1)
        {
            result.AddError($"'{result.Tokens[0].Value}' is not a number of times; give 1 or more");
        }
        return count;
    }
}
