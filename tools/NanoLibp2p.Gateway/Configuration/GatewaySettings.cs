using System;
using System.Collections.Generic;
using System.Linq;
using System.Text.Json;
using NanoLibp2p.Gateway.Mqtt;
using NanoLibp2p.Gateway.Page;
using NanoLibp2p.Gateway.Storage;
using NanoLibp2p.Gateway.Telemetry;
using NanoLibp2p.Host.Kademlia;

namespace NanoLibp2p.Gateway.Configuration;

/// <summary>What a gateway is to do: every setting with its value, and who said so. Read once; a reload makes another.</summary>
internal sealed class GatewaySettings
{
    /// <summary>The source of what nobody says.</summary>
    internal const string Default = "default";

    private static readonly string[] _open = ["/ip4/0.0.0.0/tcp/4001", "/ip6/::/tcp/4001"];

    private readonly Dictionary<string, SettingValue> _values;

    private GatewaySettings(Dictionary<string, SettingValue> values, SettingsSources sources, string? file)
    {
        _values = values;
        Sources = sources;
        File = file;
    }

    /// <summary>Where they came from, to read them again.</summary>
    internal SettingsSources Sources { get; }

    /// <summary>The file that was read; null when there was none.</summary>
    internal string? File { get; }

    /// <summary>All of them, in the table's order.</summary>
    internal IEnumerable<SettingValue> All => SettingsTable.All.Select(one => _values[one.Key]);

    internal IReadOnlyList<string> Listen => Texts(SettingsTable.Listen);

    internal IReadOnlyList<string> Dial => Texts(SettingsTable.Dial);

    internal string Data => Text(SettingsTable.Data);

    internal int Shards => Number(SettingsTable.Shards);

    internal TimeSpan Drain => TimeSpan.FromSeconds(Number(SettingsTable.DrainSeconds));

    /// <summary>Where HTTP is served; null for nowhere.</summary>
    internal Uri? Http => Text(SettingsTable.HttpListen) is "none" ? null : new Uri(Text(SettingsTable.HttpListen));

    internal string HttpTokenFile => Text(SettingsTable.HttpTokenFile);

    internal string HttpCertificate => Text(SettingsTable.HttpCertificate);

    internal string HttpCertificateKey => Text(SettingsTable.HttpCertificateKey);

    internal IReadOnlyList<string> HttpAdmins => Texts(SettingsTable.HttpAdmins);

    internal IReadOnlyList<string> HttpNames => Texts(SettingsTable.HttpNames);

    internal int Connections => Number(SettingsTable.Connections);

    internal int ConnectionsPerHost => Number(SettingsTable.ConnectionsPerHost);

    internal int Streams => Number(SettingsTable.Streams);

    internal int BufferMiB => Number(SettingsTable.BufferMiB);

    /// <summary>The value of a number.</summary>
    internal int Number(string key) => (int)(long)_values[key].Value;

    /// <summary>Whether a switch is on.</summary>
    internal bool IsOn(string key) => (bool)_values[key].Value;

    internal bool IsAdmissionRequired => (bool)_values[SettingsTable.AdmissionRequired].Value;

    internal IReadOnlyList<string> AdmissionIssuers => Texts(SettingsTable.AdmissionIssuers);

    internal TimeSpan AdmissionGrace => TimeSpan.FromSeconds(Number(SettingsTable.AdmissionGrace));

    internal bool IsLogJson => Text(SettingsTable.LogFormat) == "json";

    internal string LogLevel => Text(SettingsTable.LogLevel);

    internal IReadOnlyDictionary<string, string> LogLevels
        => (IReadOnlyDictionary<string, string>)_values[SettingsTable.LogLevels].Value;

    internal int LogPerPeer => Number(SettingsTable.LogPerPeer);

    internal string KademliaProtocol => Text(SettingsTable.KademliaProtocol);

    internal KademliaMode KademliaMode => Enum.Parse<KademliaMode>(Text(SettingsTable.KademliaMode), ignoreCase: true);

    internal IReadOnlyList<string> KademliaBootstrap => Texts(SettingsTable.KademliaBootstrap);

    internal IReadOnlyList<string> RendezvousRegister => Texts(SettingsTable.RendezvousRegister);

    internal string RendezvousNamespace => Text(SettingsTable.RendezvousNamespace);

    /// <summary>The address of the postbox's store; empty for the one in the data folder.</summary>
    internal string PostboxStore => Text(SettingsTable.PostboxStore);

    internal IReadOnlyList<string> Radios => Texts(SettingsTable.Radios);

    internal IReadOnlyList<string> RadioCallers => Texts(SettingsTable.RadioCallers);

    internal string RadioCache => Text(SettingsTable.RadioCache) is { Length: > 0 } path ? path : Sources.StandardCache();

    internal string MdnsService => Text(SettingsTable.MdnsService);

    internal IReadOnlyList<string> FetchTopics => Texts(SettingsTable.FetchTopics);

    internal IReadOnlyList<string> PageTopics => Texts(SettingsTable.PageTopics);

    internal int CarriedTopics => Number(SettingsTable.CarriedTopics);

    /// <summary>Whether peers are to hear each other on a topic.</summary>
    internal bool Carries(string topic) => Array.Exists(Texts(SettingsTable.CarryTopics), one => one.EndsWith('*')
        ? topic.StartsWith(one[..^1], StringComparison.Ordinal)
        : topic == one);

    internal TelemetrySettings Telemetry => new(
        IsOn(SettingsTable.TelemetryPublish), IsOn(SettingsTable.TelemetryShow), Text(SettingsTable.TelemetryTopic),
        TimeSpan.FromSeconds(Number(SettingsTable.TelemetryEvery)), TelemetryPlace.TryParse(Text(SettingsTable.TelemetryPlace)),
        Text(SettingsTable.TelemetryLabel));

    /// <summary>The bridge to MQTT; null for none.</summary>
    /// <exception cref="GatewayException">The password can't be read.</exception>
    internal MqttSettings? Mqtt => Text(SettingsTable.MqttServer).Length == 0 ? null : new MqttSettings(
        new Uri(Text(SettingsTable.MqttServer)), Text(SettingsTable.MqttUser), Password(Text(SettingsTable.MqttPasswordFile)),
        Text(SettingsTable.MqttPrefix), Texts(SettingsTable.MqttTo), Texts(SettingsTable.MqttFrom), Text(SettingsTable.MqttDiscovery),
        TimeSpan.FromSeconds(Number(SettingsTable.MqttOfflineAfter)), (bool)_values[SettingsTable.MqttAdmittedOnly].Value);

    internal string TraceEndpoint => Text(SettingsTable.TraceEndpoint);

    internal string OtlpEndpoint => Text(SettingsTable.OtlpEndpoint);

    /// <summary>Reads the settings.</summary>
    /// <exception cref="GatewayException">Some are wrong; the message tells the first.</exception>
    internal static GatewaySettings Load(SettingsSources sources)
    {
        GatewaySettings? settings = TryLoad(sources, out IReadOnlyList<string> errors);
        return settings ?? throw new GatewayException(
            errors.Count == 1 ? errors[0] : $"{errors[0]} (and {errors.Count - 1} more; 'nanolibp2p gateway check' tells them all)",
            isConfiguration: true);
    }

    /// <summary>Reads the settings; null when some are wrong.</summary>
    /// <param name="sources">Where from.</param>
    /// <param name="errors">A sentence for each that is wrong.</param>
    internal static GatewaySettings? TryLoad(SettingsSources sources, out IReadOnlyList<string> errors)
    {
        List<string> wrong = [];
        errors = wrong;
        Dictionary<string, SettingValue> values = SettingsTable.All
            .ToDictionary(one => one.Key, one => new SettingValue(one, one.Standard, Default), StringComparer.Ordinal);
        values[SettingsTable.Data] = values[SettingsTable.Data] with { Value = sources.StandardData() };
        string? file = sources.FindFile();
        if (file != null)
        {
            try
            {
                ReadFile(SettingsFile.Read(file, SettingsTable.Version, []), "", file, values, wrong);
            }
            catch (GatewayException e)
            {
                wrong.Add(e.Message);
            }
        }

        ReadEnvironment(sources, values, wrong);
        ReadFlags(sources, values, wrong);
        if (values[SettingsTable.AdmissionRequired].Value is true && values[SettingsTable.Listen].Source == Default)
        {
            // who must show a token may come from anywhere
            values[SettingsTable.Listen] = new SettingValue(
                SettingsTable.Find(SettingsTable.Listen)!, _open, $"{Default} with {SettingsTable.AdmissionRequired}");
        }

        if (wrong.Count == 0)
        {
            CheckTogether(values, wrong);
        }

        return wrong.Count == 0 ? new GatewaySettings(values, sources, file) : null;
    }

    /// <summary>The settings that differ from others.</summary>
    internal IEnumerable<SettingValue> ChangedFrom(GatewaySettings before)
        => All.Where(one => !one.Setting.AreEqual(one.Value, before._values[one.Setting.Key].Value));

    /// <summary>These settings, with those that can't change while it runs as they were.</summary>
    internal GatewaySettings KeepingFixedOf(GatewaySettings before)
        => new(_values.ToDictionary(one => one.Key, one => one.Value.Setting.Reloads ? one.Value : before._values[one.Key]), Sources, File);

    private static void ReadFile(
        JsonElement json, string path, string file, Dictionary<string, SettingValue> values, List<string> wrong)
    {
        foreach (JsonProperty property in json.EnumerateObject())
        {
            string key = path + property.Name;
            if (SettingsTable.Find(key) is { } setting)
            {
                Set(values, wrong, setting, file, $"{file}: {key}", () => setting.Read(property.Value));
            }
            else if (!SettingsTable.IsSection(key))
            {
                wrong.Add($"{file}: {SettingsTable.Unknown(key)}");
            }
            else if (property.Value.ValueKind == JsonValueKind.Object)
            {
                ReadFile(property.Value, key + ".", file, values, wrong);
            }
            else
            {
                wrong.Add($"{file}: {key} has several settings below it; give an object");
            }
        }
    }

    private static void ReadEnvironment(SettingsSources sources, Dictionary<string, SettingValue> values, List<string> wrong)
    {
        Dictionary<string, SortedDictionary<int, string>> lists = new(StringComparer.Ordinal);
        foreach ((string name, string text) in sources.Environment.OrderBy(one => one.Key, StringComparer.Ordinal))
        {
            if (!name.StartsWith(SettingsSources.Prefix, StringComparison.OrdinalIgnoreCase))
            {
                continue;
            }

            string[] parts = name[SettingsSources.Prefix.Length..].Split("__");
            if (SettingsTable.FindAnyCase(string.Join('.', parts)) is { } setting)
            {
                Set(values, wrong, setting, name, name, () => setting.Parse(text));
            }
            else if (parts.Length > 1 && int.TryParse(parts[^1], out int index)
                && SettingsTable.FindAnyCase(string.Join('.', parts[..^1])) is { Kind: SettingKind.List } list)
            {
                if (!lists.TryGetValue(list.Key, out SortedDictionary<int, string>? texts))
                {
                    lists.Add(list.Key, texts = []);
                }

                texts[index] = text;
            }
            else
            {
                wrong.Add($"{name}: {SettingsTable.Unknown(string.Join('.', parts))}");
            }
        }

        foreach ((string key, SortedDictionary<int, string> texts) in lists)
        {
            Setting setting = SettingsTable.Find(key)!;
            string name = SettingsSources.Prefix + key.Replace(".", "__", StringComparison.Ordinal).ToUpperInvariant();
            Set(values, wrong, setting, name, name, () => setting.Parse(texts.Values));
        }
    }

    private static void ReadFlags(SettingsSources sources, Dictionary<string, SettingValue> values, List<string> wrong)
    {
        foreach ((string flag, string key, string[] texts) in sources.Flags)
        {
            if (SettingsTable.Find(key) is { } setting)
            {
                Set(values, wrong, setting, flag, flag == "--set" ? $"--set {key}" : flag,
                    () => setting.Kind == SettingKind.List && texts.Length != 1 ? setting.Parse(texts.AsEnumerable())
                        : setting.Parse(texts[^1]));
            }
            else
            {
                wrong.Add($"{flag}: {SettingsTable.Unknown(key)}");
            }
        }
    }

    private static void Set(
        Dictionary<string, SettingValue> values, List<string> wrong, Setting setting, string source, string place, Func<object> read)
    {
        try
        {
            values[setting.Key] = new SettingValue(setting, read(), source);
        }
        catch (FormatException e)
        {
            wrong.Add($"{place}: {e.Message}");
        }
    }

    // what is right by itself and wrong beside another
    private static void CheckTogether(Dictionary<string, SettingValue> values, List<string> wrong)
    {
        int addresses = ((string[])values[SettingsTable.Listen].Value).Length;
        if (addresses > Core.Node.MaxListenAddresses)
        {
            wrong.Add($"{SettingsTable.Listen}: {addresses} addresses are too many; give at most {Core.Node.MaxListenAddresses}");
        }

        bool isHttps = ((string)values[SettingsTable.HttpListen].Value).StartsWith("https:", StringComparison.OrdinalIgnoreCase);
        bool hasCertificate = values[SettingsTable.HttpCertificate].Value is string { Length: > 0 };
        bool hasKey = values[SettingsTable.HttpCertificateKey].Value is string { Length: > 0 };
        if (isHttps && !(hasCertificate && hasKey))
        {
            wrong.Add($"{SettingsTable.HttpListen} is an https address, which needs a certificate; give {SettingsTable.HttpCertificate} "
                + "and " + SettingsTable.HttpCertificateKey);
        }

        if (!(hasCertificate && hasKey) && Array.Find((string[])values[SettingsTable.Listen].Value,
            one => one.Contains("/tls/", StringComparison.Ordinal) || one.Contains("/wss", StringComparison.Ordinal)) is { } secure)
        {
            wrong.Add($"{SettingsTable.Listen}: {secure} needs a certificate; give {SettingsTable.HttpCertificate} and "
                + $"{SettingsTable.HttpCertificateKey}, or listen on /ws behind a proxy that has one");
        }

        if (((string[])values[SettingsTable.PageTopics].Value).Length > PageService.MaxTopics)
        {
            wrong.Add($"{SettingsTable.PageTopics} has too many topics; give at most {PageService.MaxTopics}");
        }

        if (values[SettingsTable.Data].Value is string { Length: 0 })
        {
            wrong.Add($"{SettingsTable.Data} is empty; give a folder");
        }
    }

    private static string Password(string file)
    {
        try
        {
            return file.Length == 0 ? "" : SmallFile.ReadText(file).TrimEnd('\r', '\n');
        }
        catch (Exception e) when (Disk.IsFailure(e))
        {
            throw new GatewayException($"cannot read the password in {file}, where {SettingsTable.MqttPasswordFile} looks for it: "
                + Disk.Why(e), isConfiguration: true, e);
        }
    }

    internal string Text(string key) => (string)_values[key].Value;

    private string[] Texts(string key) => (string[])_values[key].Value;
}
