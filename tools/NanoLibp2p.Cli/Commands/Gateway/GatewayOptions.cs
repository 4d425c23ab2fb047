using System.Collections.Generic;
using System.CommandLine;
using System.IO;
using System.Linq;
using NanoLibp2p.Gateway;
using NanoLibp2p.Gateway.Configuration;

namespace NanoLibp2p.Cli.Commands.Gateway;

/// <summary>What the commands of a gateway take: settings, each with its flag, its variable and its place in the file.</summary>
internal static class GatewayOptions
{
    internal static readonly Option<FileInfo?> Config = new("--config")
    {
        Description = "Settings file, JSON with comments; without it the one in $CONFIGURATION_DIRECTORY or ~/.config/nanolibp2p, if any",
        HelpName = "FILE",
        Recursive = true,
    };

    internal static readonly Option<string?> Data = new("--data")
    {
        Description = "Folder of keys, tokens, block list and stores [default: $STATE_DIRECTORY or ~/.local/share/nanolibp2p/gateway]",
        HelpName = "DIR",
        Recursive = true,
    };

    internal static readonly Option<string[]> Set = new("--set")
    {
        Description = "Any setting, such as limits.connections=1000; may be given several times",
        HelpName = "KEY=VALUE",
        Recursive = true,
        Arity = ArgumentArity.OneOrMore,
        AllowMultipleArgumentsPerToken = false,
    };

    /// <summary>The flags of <c>run</c>, <c>config</c> and <c>check</c>.</summary>
    internal static readonly Option<string[]> Listen = new("--listen")
    {
        Description = "Address to listen on; may be given several times [default: /ip4/127.0.0.1/tcp/4001]",
        HelpName = "MULTIADDR",
        Arity = ArgumentArity.OneOrMore,
        AllowMultipleArgumentsPerToken = false,
    };

    internal static readonly Option<string[]> Radio = new("--radio")
    {
        Description = "Radio on which devices are heard, such as lora-udp://0.0.0.0:1700, serial:///dev/ttyUSB0 (a board as a modem), "
            + "xbee:///dev/ttyUSB0 (802.15.4), ble://hci0 (BlueZ) or udp://[::]:4242; may be given several times",
        HelpName = "URL",
        Arity = ArgumentArity.OneOrMore,
        AllowMultipleArgumentsPerToken = false,
    };

    internal static readonly Option<string?> Http = new("--http")
    {
        Description = "Where the page, health and metrics are served [default: http://127.0.0.1:4081]; none for nowhere",
        HelpName = "URL",
    };

    internal static readonly Option<string?> Store = new("--store")
    {
        Description = "Where mail is kept: sqlite:PATH, or nats://HOST:4222 [default: postbox.db in the data folder's stores]",
        HelpName = "STORE",
    };

    /// <summary>Reads the settings of a command.</summary>
    /// <exception cref="GatewayException">Some are wrong.</exception>
    internal static GatewaySettings Load(ParseResult parsed) => GatewaySettings.Load(Sources(parsed));

    /// <summary>Where the settings of a command come from.</summary>
    /// <exception cref="GatewayException">A <c>--set</c> is no pair.</exception>
    internal static SettingsSources Sources(ParseResult parsed)
    {
        List<(string Flag, string Key, string[] Texts)> flags = [];
        foreach (string pair in parsed.GetValue(Set) ?? [])
        {
            int at = pair.IndexOf('=');
            if (at < 1)
            {
                throw new GatewayException($"--set {pair} has no value; give it as KEY=VALUE, such as limits.connections=1000",
                    isConfiguration: true);
            }
            flags.Add(("--set", pair[..at], [pair[(at + 1)..]]));
        }
        if (parsed.GetResult(Listen) != null && parsed.GetValue(Listen) is { Length: > 0 } listen)
        {
            flags.Add(("--listen", SettingsTable.Listen, listen));
        }
        if (parsed.GetResult(Radio) != null && parsed.GetValue(Radio) is { Length: > 0 } radios)
        {
            flags.Add(("--radio", SettingsTable.Radios, radios));
        }
        if (parsed.GetResult(Http) != null && parsed.GetValue(Http) is { } http)
        {
            flags.Add(("--http", SettingsTable.HttpListen, [http]));
        }
        if (parsed.GetResult(Store) != null && parsed.GetValue(Store) is { } store)
        {
            flags.Add(("--store", SettingsTable.PostboxStore, [store]));
        }
        if (parsed.GetValue(Data) is { } data)
        {
            flags.Add(("--data", SettingsTable.Data, [data]));
        }
        return new SettingsSources
        {
            File = parsed.GetValue(Config)?.ToString(),
            Environment = SettingsSources.ProcessEnvironment(),
            Flags = [.. flags.Where(one => one.Texts.Length > 0)],
        };
    }
}
