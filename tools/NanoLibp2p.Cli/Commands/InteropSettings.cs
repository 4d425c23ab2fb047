using System;
using System.Globalization;

namespace NanoLibp2p.Cli.Commands;

/// <summary>What the environment says of a run of the transport-interop contract, of either generation.</summary>
internal sealed class InteropSettings
{
    private const int StandardSeconds = 180;

    private readonly bool _unified;

    private InteropSettings(Func<string, string?> environment)
    {
        string Setting(string unifiedName, string name, string? standard)
            => environment(_unified ? unifiedName : name) is { Length: > 0 } value
                ? value
                : standard ?? throw new CliException(
                    $"{(_unified ? unifiedName : name)} is not set; the transport-interop contract needs "
                        + $"{(_unified ? "IS_DIALER and TEST_KEY" : "is_dialer and transport")} at least",
                    CliException.WrongArguments);

        // only the second generation writes its names in capitals
        _unified = !string.IsNullOrEmpty(environment("IS_DIALER"));
        IsDialer = IsTrue(Setting("IS_DIALER", "is_dialer", null));
        foreach ((string unifiedName, string name, string only, string? standard) in new[]
        {
            ("TRANSPORT", "transport", "tcp", _unified ? "tcp" : null), ("SECURE_CHANNEL", "security", "noise", "noise"),
            ("MUXER", "muxer", "yamux", "yamux"),
        })
        {
            string value = Setting(unifiedName, name, standard);
            if (value != only)
            {
                throw new CliException(
                    $"{(_unified ? unifiedName : name)} = {value} is not spoken here; only {only} is", CliException.WrongArguments);
            }
        }
        Ip = Setting("LISTENER_IP", "ip", "0.0.0.0");
        RedisVariable = _unified ? "REDIS_ADDR" : "redis_addr";
        Redis = Setting("REDIS_ADDR", "redis_addr", "redis:6379");
        ListKey = _unified ? Setting("TEST_KEY", "", null) + "_listener_multiaddr" : "listenerAddr";
        string seconds = _unified ? "" : environment("test_timeout_seconds") ?? "";
        Patience = TimeSpan.FromSeconds(int.TryParse(seconds, NumberStyles.None, CultureInfo.InvariantCulture, out int given)
            ? given : StandardSeconds);
    }

    internal bool IsDialer { get; }

    /// <summary>The address to listen on.</summary>
    internal string Ip { get; }

    /// <summary>Host and port.</summary>
    internal string Redis { get; }

    /// <summary>The variable that names it.</summary>
    internal string RedisVariable { get; }

    /// <summary>The list through which the dialer learns the listener's address.</summary>
    internal string ListKey { get; }

    /// <summary>How long the whole may take.</summary>
    internal TimeSpan Patience { get; }

    internal static InteropSettings FromEnvironment(Func<string, string?> environment) => new(environment);

    /// <summary>The dialer's figures, as the contract wants them: a line of JSON (its pingRTTMilllis has three l), or YAML.</summary>
    internal string Figures(TimeSpan handshakePlusOneRtt, TimeSpan rtt)
    {
        double handshakeMs = handshakePlusOneRtt.TotalMilliseconds;
        double pingMs = rtt.TotalMilliseconds;
        return FormattableString.Invariant(_unified
            ? $"latency:\n  handshake_plus_one_rtt: {handshakeMs}\n  ping_rtt: {pingMs}\n  unit: ms\n"
            : (FormattableString)$"{{\"handshakePlusOneRTTMillis\":{handshakeMs},\"pingRTTMilllis\":{pingMs}}}\n");
    }

    private static bool IsTrue(string text) => text switch
    {
        "true" => true,
        "false" => false,
        _ => throw new CliException($"is_dialer or IS_DIALER is true or false, not {text}", CliException.WrongArguments),
    };
}
