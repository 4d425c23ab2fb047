using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Net;
using System.Text;
using NanoLibp2p.Gateway.Mqtt;
using NanoLibp2p.Gateway.Radio;
using NanoLibp2p.Gateway.Storage;
using NanoLibp2p.Gateway.Telemetry;
using NanoLibp2p.Host.Kademlia;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Gateway.Configuration;

/// <summary>All settings there are, in the order in which they are shown.</summary>
internal static class SettingsTable
{
    internal const string Listen = "listen";
    internal const string Dial = "dial";
    internal const string Data = "data";
    internal const string Shards = "shards";
    internal const string DrainSeconds = "drainSeconds";
    internal const string HttpListen = "http.listen";
    internal const string HttpTokenFile = "http.tokenFile";
    internal const string HttpCertificate = "http.certificate";
    internal const string HttpCertificateKey = "http.certificateKey";
    internal const string HttpAdmins = "http.admins";
    internal const string HttpNames = "http.names";
    internal const string Connections = "limits.connections";
    internal const string ConnectionsPerHost = "limits.connectionsPerHost";
    internal const string Streams = "limits.streams";
    internal const string BufferMiB = "limits.bufferMiB";
    internal const string AdmissionRequired = "admission.required";
    internal const string AdmissionIssuers = "admission.issuers";
    internal const string AdmissionGrace = "admission.graceSeconds";
    internal const string Relay = "relay.enabled";
    internal const string RelayAdmittedOnly = "relay.admittedOnly";
    internal const string RelayReservations = "relay.reservations";
    internal const string RelayReservationsPerHost = "relay.reservationsPerHost";
    internal const string RelayCircuits = "relay.circuits";
    internal const string RelayCircuitsPerPeer = "relay.circuitsPerPeer";
    internal const string RelayCircuitSeconds = "relay.circuitSeconds";
    internal const string RelayCircuitKiB = "relay.circuitKiB";
    internal const string RelaySensorRate = "relay.sensorBytesPerSecond";
    internal const string Kademlia = "kademlia.enabled";
    internal const string KademliaProtocol = "kademlia.protocol";
    internal const string KademliaMode = "kademlia.mode";
    internal const string KademliaBootstrap = "kademlia.bootstrap";
    internal const string AutoNat = "autonat.enabled";
    internal const string HolePunch = "holePunch.enabled";
    internal const string HolePunchPrivate = "holePunch.private";
    internal const string Rendezvous = "rendezvous.enabled";
    internal const string RendezvousRegistrations = "rendezvous.registrations";
    internal const string RendezvousRegister = "rendezvous.register";
    internal const string RendezvousNamespace = "rendezvous.namespace";
    internal const string Postbox = "postbox.enabled";
    internal const string PostboxStore = "postbox.store";
    internal const string PostboxNatsReplicas = "postbox.natsReplicas";
    internal const string PostboxNatsCredentials = "postbox.natsCredentials";
    internal const string PostboxAdmittedOnly = "postbox.admittedOnly";
    internal const string PostboxMailboxes = "postbox.mailboxes";
    internal const string PostboxItems = "postbox.items";
    internal const string PostboxMailboxKiB = "postbox.mailboxKiB";
    internal const string PostboxItemKiB = "postbox.itemKiB";
    internal const string PostboxDays = "postbox.days";
    internal const string PostboxIdleDays = "postbox.idleDays";
    internal const string PostboxWork = "postbox.work";
    internal const string PostboxAnnounce = "postbox.announce";
    internal const string Radios = "radios";
    internal const string RadioCallers = "radio.callers";
    internal const string RadioStoreMiB = "radio.storeMiB";
    internal const string RadioCache = "radio.cache";
    internal const string Mdns = "mdns.enabled";
    internal const string MdnsService = "mdns.service";
    internal const string FetchTopics = "fetch.topics";
    internal const string Page = "page.enabled";
    internal const string PageTopics = "page.topics";
    internal const string CarryTopics = "topics.carry";
    internal const string CarriedTopics = "topics.most";
    internal const string TelemetryPublish = "telemetry.publish";
    internal const string TelemetryShow = "telemetry.show";
    internal const string TelemetryTopic = "telemetry.topic";
    internal const string TelemetryEvery = "telemetry.everySeconds";
    internal const string TelemetryPlace = "telemetry.place";
    internal const string TelemetryLabel = "telemetry.label";
    internal const string LogFormat = "logging.format";
    internal const string LogLevel = "logging.level";
    internal const string LogLevels = "logging.levels";
    internal const string LogPerPeer = "logging.perPeerPerMinute";
    internal const string MqttServer = "mqtt.server";
    internal const string MqttUser = "mqtt.user";
    internal const string MqttPasswordFile = "mqtt.passwordFile";
    internal const string MqttPrefix = "mqtt.prefix";
    internal const string MqttTo = "mqtt.toMqtt";
    internal const string MqttFrom = "mqtt.fromMqtt";
    internal const string MqttDiscovery = "mqtt.discoveryPrefix";
    internal const string MqttOfflineAfter = "mqtt.offlineAfterSeconds";
    internal const string MqttAdmittedOnly = "mqtt.admittedOnly";
    internal const string OtlpEndpoint = "metrics.otlpEndpoint";
    internal const string TraceEndpoint = "traces.otlpEndpoint";

    /// <summary>What the file's <c>version</c> is now.</summary>
    internal const int Version = 1;

    // libp2p rendezvous spec, "Registration": a namespace has at most 255 bytes
    private const int MostNamespaceBytes = 255;

    private static readonly string[] _levels = ["Trace", "Debug", "Information", "Warning", "Error", "Critical", "None"];

    internal static readonly IReadOnlyList<Setting> All =
    [
        new(Listen, SettingKind.List, new[] { "/ip4/127.0.0.1/tcp/4001" },
            "Multiaddrs to listen on, at most 8") { Check = ListenAddress },
        new(Dial, SettingKind.List, Array.Empty<string>(),
            "Peers that it stays connected to: multiaddrs with /p2p/PEER-ID") { Check = PeerAddress },
        new(Data, SettingKind.Text, "", "Folder of keys, tokens, block list and stores"),
        new(Shards, SettingKind.Number, 0L, "Threads that connections are dealt to; 0 is one for each core") { Most = 64 },
        new(DrainSeconds, SettingKind.Number, 10L, "How long streams under way may take to end when it is told to stop")
            { Most = 10, Reloads = true },
        new(HttpListen, SettingKind.Text, "http://127.0.0.1:4081", "Where the page, health and metrics are served; none for nowhere")
            { Check = HttpAddress },
        new(HttpTokenFile, SettingKind.Text, "", "File with the bearer token of HTTP callers; http-token in the data folder if empty")
            { Reloads = true },
        new(HttpCertificate, SettingKind.Text, "", "Certificate chain of https and of /tls/ws addresses, a PEM file") { Reloads = true },
        new(HttpCertificateKey, SettingKind.Text, "", "Private key of the certificate, a PEM file") { Reloads = true },
        new(HttpAdmins, SettingKind.List, Array.Empty<string>(),
            "Peer ids that may log in in place of the token: nanolibp2p gateway login") { Check = PeerIdText, Reloads = true },
        new(HttpNames, SettingKind.List, Array.Empty<string>(),
            "Names by which others reach HTTP, for that log-in; those of the certificate and its own IP addresses need not be told")
            { Check = HostName, Reloads = true },
        new(Connections, SettingKind.Number, 4096L, "Connections at a time") { Least = 1, Most = 65536 },
        new(ConnectionsPerHost, SettingKind.Number, 64L, "Incoming connections at a time of one IP address")
            { Least = 1, Most = 65536, Reloads = true },
        new(Streams, SettingKind.Number, 256L, "Streams of one connection") { Least = 8, Most = 4096 },
        new(BufferMiB, SettingKind.Number, 64L, "MiB that the connections of a shard may keep") { Least = 4, Most = 1024 },
        new(AdmissionRequired, SettingKind.Switch, false, "Whether callers must have a token (nanolibp2p gateway token PEER-ID)")
            { Reloads = true },
        new(AdmissionIssuers, SettingKind.List, Array.Empty<string>(), "Peer ids of other gateways whose tokens count here as well")
            { Check = PeerIdText, Reloads = true },
        new(AdmissionGrace, SettingKind.Number, 10L, "How long a caller has to show its token") { Least = 1, Most = 60, Reloads = true },
        new(Relay, SettingKind.Switch, true, "Whether it relays: peers reserve a place, and others reach them through it"),
        new(RelayAdmittedOnly, SettingKind.Switch, false, "Whether only peers with a token reserve a place") { Reloads = true },
        new(RelayReservations, SettingKind.Number, 1024L, "Reservations at a time") { Most = 65536, Reloads = true },
        new(RelayReservationsPerHost, SettingKind.Number, 64L, "Reservations of one IP address at a time")
            { Least = 1, Most = 65536, Reloads = true },
        new(RelayCircuits, SettingKind.Number, 1024L, "Circuits at a time") { Most = 65536, Reloads = true },
        new(RelayCircuitsPerPeer, SettingKind.Number, 16L, "Circuits of one peer at a time")
            { Least = 1, Most = 65536, Reloads = true },
        new(RelayCircuitSeconds, SettingKind.Number, 120L, "How long a circuit lasts, but those to sensors; 0 for no end")
            { Most = 2_000_000, Reloads = true },
        new(RelayCircuitKiB, SettingKind.Number, 128L, "KiB that a circuit carries each way, but those to sensors; 0 for any number")
            { Most = int.MaxValue, Reloads = true },
        new(RelaySensorRate, SettingKind.Number, 65536L, "Bytes a second that a circuit to a sensor (see token) carries each way; 0: any")
            { Most = int.MaxValue, Reloads = true },
        new(Kademlia, SettingKind.Switch, true, "Whether it is a peer of a Kademlia DHT"),
        new(KademliaProtocol, SettingKind.Text, KademliaServiceOptions.PublicProtocol, "Which DHT: the public one, or one of your own")
            { Check = ProtocolId },
        new(KademliaMode, SettingKind.Text, "auto", "server answers others, client only asks; auto is a server where others can dial it")
            { Check = text => OneOf(text, ["auto", "server", "client"]) },
        new(KademliaBootstrap, SettingKind.List, Array.Empty<string>(), "Peers of the DHT to begin with: multiaddrs with /p2p/PEER-ID")
            { Check = PeerAddress },
        new(AutoNat, SettingKind.Switch, true, "Whether it finds out if strangers can dial it, and dials peers that ask the same"),
        new(HolePunch, SettingKind.Switch, true, "Whether relayed connections get a direct one in their place, through NATs too (DCUtR)"),
        new(HolePunchPrivate, SettingKind.Switch, false,
            "Whether private addresses are told and dialed for that, too: where all peers are of your own networks"),
        new(Rendezvous, SettingKind.Switch, true, "Whether it is a rendezvous point: peers register under a namespace, others find them"),
        new(RendezvousRegistrations, SettingKind.Number, 10_000L, "Registrations that it keeps")
            { Least = 1, Most = 100_000, Reloads = true },
        new(RendezvousRegister, SettingKind.List, Array.Empty<string>(),
            "Rendezvous points where it registers itself, so that devices find it: multiaddrs with /p2p/PEER-ID") { Check = PeerAddress },
        new(RendezvousNamespace, SettingKind.Text, "nanolibp2p/gateways", "Namespace of rendezvous.register, where devices look")
            { Check = Namespace },
        new(Postbox, SettingKind.Switch, true, "Whether it keeps sealed mail for peers that sleep or are offline"),
        new(PostboxStore, SettingKind.Text, "", "Where mail is kept: sqlite:PATH, or nats://HOST:4222 for several gateways; "
            + "postbox.db in the data folder's stores if empty")
            { Check = text => text.Length == 0 ? null : MailStore.Check(text) },
        new(PostboxNatsReplicas, SettingKind.Number, 3L,
            "Servers of NATS that have each message, 3 or 5; 1 accepts that a power cut loses what came in the last minutes")
            { Least = 1, Most = 5, IsOdd = true },
        new(PostboxNatsCredentials, SettingKind.Text, "",
            "File with the user's credentials for NATS, or with USER:PASSWORD; none if empty"),
        new(PostboxAdmittedOnly, SettingKind.Switch, true, "Whether only peers with a token make themselves a mailbox") { Reloads = true },
        new(PostboxMailboxes, SettingKind.Number, 10_000L, "Mailboxes") { Least = 1, Most = 1_000_000 },
        new(PostboxItems, SettingKind.Number, 256L, "Items of a mailbox; strangers fill a quarter of it") { Least = 4, Most = 65_536 },
        new(PostboxMailboxKiB, SettingKind.Number, 1024L, "KiB of a mailbox") { Least = 4, Most = 1_048_576 },
        new(PostboxItemKiB, SettingKind.Number, 64L, "KiB of an item") { Least = 1, Most = 1024 },
        new(PostboxDays, SettingKind.Number, 30L, "Days that an item is kept at most") { Least = 1, Most = 30 },
        new(PostboxIdleDays, SettingKind.Number, 90L, "Days after which a mailbox goes whose owner does not come")
            { Least = 31, Most = 36_500 },
        new(PostboxWork, SettingKind.Number, 18L, "Bits of work that strangers show where the owner says nothing") { Least = 1, Most = 32 },
        new(PostboxAnnounce, SettingKind.Switch, false, "Whether the DHT and the points of rendezvous.register are told whose mail is kept "
            + "here, so that senders find it: everybody can know it then") { Reloads = true },
        new(Radios, SettingKind.List, Array.Empty<string>(),
            "Radios on which devices are heard by frame sessions: lora-udp://0.0.0.0:1700, serial:///dev/ttyUSB0, xbee:///dev/ttyUSB0, "
                + "ble://hci0, udp://[::]:4242")
            { Check = RadioHost.Check },
        new(RadioCallers, SettingKind.List, Array.Empty<string>(),
            "Peer ids that may call devices on the radios, in the gateway's name: /nanolibp2p/frames/call/1.0.0")
            { Check = PeerIdText, Reloads = true },
        new(RadioStoreMiB, SettingKind.Number, 1024L,
            "MiB that sessions of devices on radios and messages without receivers may have; then devices keep theirs")
            { Least = 1, Most = 1_048_576 },
        new(RadioCache, SettingKind.Text, "",
            "Folder outside the data folder by whose file a data folder that is a copy is known; that of the user's caches if empty"),
        new(Mdns, SettingKind.Switch, true,
            "Whether peers of the local network find it by mDNS; never where it listens on loopback alone"),
        new(MdnsService, SettingKind.Text, NanoLibp2p.Discovery.Mdns.PublicService, "Name of mDNS: the public one, or one of your own")
            { Check = MdnsName },
        new(CarryTopics, SettingKind.List, new[] { "*" },
            "Topics on which peers hear each other through the gateway, once one subscribes: names, beginnings such as greenhouse/*, or *")
            { Check = TopicPattern },
        new(CarriedTopics, SettingKind.Number, 256L, "How many of them at a time; one that was silent for ten minutes makes room")
            { Least = 0, Most = 65_536 },
        new(FetchTopics, SettingKind.List, Array.Empty<string>(),
            "Topics of which each peer's newest message is served by fetch, as /newest/TOPIC/PEER-ID; none for no fetch"),
        new(Page, SettingKind.Switch, true, "Whether the page that shows the mesh is served where http.listen says"),
        new(PageTopics, SettingKind.List, Array.Empty<string>(), "Topics whose readings the page plots, at most 16"),
        new(TelemetryPublish, SettingKind.Switch, false, "Whether it publishes what it measures of its links (see Telemetry)"),
        new(TelemetryShow, SettingKind.Switch, false, "Whether the page shows what other gateways publish"),
        new(TelemetryTopic, SettingKind.Text, "nanolibp2p/telemetry/1", "The topic of both") { Check = TopicName },
        new(TelemetryEvery, SettingKind.Number, 60L, "Seconds from one report to the next")
            { Least = TelemetryCodec.LeastEvery, Most = TelemetryCodec.MostEvery },
        new(TelemetryPlace, SettingKind.Text, "",
            "Where it is, as LATITUDE,LONGITUDE in degrees; published to a tenth of a degree, 11 km; empty for not saying")
            { Check = PlaceText },
        new(TelemetryLabel, SettingKind.Text, "", "What it calls itself there, at most 32 characters; empty for nothing")
            { Check = Label },
        new(LogFormat, SettingKind.Text, "text", "text for people, or json")
            { Check = text => OneOf(text, ["text", "json"]) },
        new(LogLevel, SettingKind.Text, "Information", "The least level that is logged") { Check = Level, Reloads = true },
        new(LogLevels, SettingKind.Map, new Dictionary<string, string>(), "Levels by category, such as NanoLibp2p.Gateway.Peers")
            { Check = Level, Reloads = true },
        new(LogPerPeer, SettingKind.Number, 20L, "Log lines a minute about one peer; the rest are counted")
            { Least = 1, Most = 100_000, Reloads = true },
        new(MqttServer, SettingKind.Text, "", "MQTT broker to bridge topics with, such as mqtt://192.168.1.5; empty for none")
            { Check = MqttAddress },
        new(MqttUser, SettingKind.Text, "", "Name to log in to the broker with"),
        new(MqttPasswordFile, SettingKind.Text, "", "File with the password of mqtt.user"),
        new(MqttPrefix, SettingKind.Text, "nanolibp2p", "How topics on MQTT begin") { Check = MqttTopics.Check },
        new(MqttTo, SettingKind.List, Array.Empty<string>(), "Topics of libp2p whose messages go to MQTT, as PREFIX/TOPIC/PEER-ID")
            { Check = MqttTopics.Check },
        new(MqttFrom, SettingKind.List, Array.Empty<string>(), "Topics of libp2p on which is published what comes on PREFIX/TOPIC/set")
            { Check = MqttTopics.Check },
        new(MqttDiscovery, SettingKind.Text, "homeassistant", "Where Home Assistant looks for announcements; empty for none")
            { Check = text => text.Length == 0 ? null : MqttTopics.Check(text) },
        new(MqttOfflineAfter, SettingKind.Number, 600L, "Seconds after which a peer that says nothing is offline on MQTT")
            { Least = 1, Most = 604_800 },
        new(MqttAdmittedOnly, SettingKind.Switch, false, "Whether only messages of admitted peers go to MQTT"),
        new(OtlpEndpoint, SettingKind.Text, "", "Where metrics are sent by OTLP, such as http://127.0.0.1:4317") { Check = OtlpAddress },
        new(TraceEndpoint, SettingKind.Text, "",
            "Where traces of dials, upgrades, circuits and lookups are sent by OTLP, such as http://127.0.0.1:4317")
            { Check = OtlpAddress },
    ];

    private static readonly Dictionary<string, Setting> _byKey = All.ToDictionary(one => one.Key, StringComparer.Ordinal);
    private static readonly Dictionary<string, Setting> _byAnyCase = All.ToDictionary(one => one.Key, StringComparer.OrdinalIgnoreCase);

    /// <summary>The setting of a key; null when there is none.</summary>
    internal static Setting? Find(string key) => _byKey.GetValueOrDefault(key);

    /// <summary>The setting of a key, whatever its case.</summary>
    internal static Setting? FindAnyCase(string key) => _byAnyCase.GetValueOrDefault(key);

    /// <summary>Whether settings stand below a path.</summary>
    internal static bool IsSection(string path) => All.Any(one => one.Key.StartsWith(path + ".", StringComparison.Ordinal));

    /// <summary>The sentence about a key that is none.</summary>
    internal static string Unknown(string key)
        => $"'{Setting.Short(key)}' is no setting"
            + (NearestName.Of(key, All.Select(one => one.Key)) is { } near ? $"; did you mean '{near}'?"
                : "; 'nanolibp2p gateway config' lists them all");

    private static string? Level(string text) => OneOf(text, _levels);

    private static string? OneOf(string text, string[] choices)
        => Array.IndexOf(choices, text) >= 0 ? null
            : $"'{text}' is none of them; give {string.Join(", ", choices[..^1])} or {choices[^1]}"
                + (NearestName.Of(text, choices) is { } near ? $" (did you mean {near}?)" : "");

    private static string? ListenAddress(string text)
    {
        Multiaddr? address = Multiaddr.TryParse(text, out string error);
        return address == null ? $"'{text}' is no multiaddr: {error}; give one such as /ip4/0.0.0.0/tcp/4001"
            : !IsListenable(address)
                ? $"'{text}' is not a TCP address of this host; give one such as /ip4/0.0.0.0/tcp/4001, or for browsers .../tcp/4002/ws or "
                    + ".../tcp/443/tls/ws"
            : address.PeerId != null ? $"'{text}': the peer id follows from the key; leave /p2p/ out" : null;
    }

    // TCP, or WebSocket over it
    private static bool IsListenable(Multiaddr address)
        => IPAddress.TryParse(address.Host, out _)
            && (address.IsTcp || address.ToString().Split('/') is ["", "ip4" or "ip6", _, "tcp", _, .. ["ws"] or ["wss"] or ["tls", "ws"]]);

    private static string? ProtocolId(string text)
        => text.Length is > 1 and <= 126 && text[0] == '/' && text.All(one => one is > ' ' and <= '~') ? null
            : $"'{text}' is no protocol id; give one such as /greenhouse/kad/1.0.0";

    private static string? Namespace(string text)
        => Encoding.UTF8.GetByteCount(text) is > 0 and <= MostNamespaceBytes ? null
            : string.Create(CultureInfo.InvariantCulture, $"a namespace has 1 to {MostNamespaceBytes} bytes");

    private static string? MdnsName(string text)
        => text.Length <= 63 && text.StartsWith('_') && text.EndsWith("._udp.local", StringComparison.Ordinal)
            && text.All(one => one is (>= 'a' and <= 'z') or (>= '0' and <= '9') or '_' or '-' or '.') ? null
            : $"'{text}' is no service of mDNS; give {NanoLibp2p.Discovery.Mdns.PublicService}, or _p2p-FINGERPRINT._udp.local";

    private static string? PeerIdText(string text)
        => PeerId.TryParse(text, out string error) == null ? $"{error}; give one such as 12D3KooW..." : null;

    private static string? PeerAddress(string text)
    {
        Multiaddr? address = Multiaddr.TryParse(text, out string error);
        return address == null
                ? $"'{text}' is no multiaddr: {error}; give one such as /ip4/192.168.1.7/tcp/4001/p2p/12D3KooW..."
            : !address.IsTcp || address.Port == 0 ? $"'{text}' can't be dialled; give a TCP address with its port"
            : address.PeerId == null ? $"'{text}' does not say who must answer; give it with /p2p/PEER-ID" : null;
    }

    private static string? HttpAddress(string text)
        => text == "none" ? null
            : Uri.TryCreate(text, UriKind.Absolute, out Uri? url) && url.Scheme is "http" or "https" && url.PathAndQuery == "/"
                && (IPAddress.TryParse(url.Host.Trim('[', ']'), out _) || url.Host == "localhost")
                ? null
            : $"'{text}' is no address to listen on; give one such as http://127.0.0.1:4081 or https://0.0.0.0:4081, or none";

    private static string? HostName(string text)
        => text.Length is > 0 and <= 253 && Uri.CheckHostName(text) is UriHostNameType.Dns or UriHostNameType.IPv4 ? null
            : $"'{text}' is no name of a host; give one such as gateway.example.org, without scheme and port";

    private static string? MqttAddress(string text)
        => text.Length == 0 || (Uri.TryCreate(text, UriKind.Absolute, out Uri? url) && url.Scheme is "mqtt" or "mqtts"
            && url.Host.Length > 0 && url.UserInfo.Length == 0 && url.AbsolutePath is "" or "/") ? null
            : $"'{text}' is no broker; give one such as mqtt://192.168.1.5 or mqtts://broker.example.org:8883, and who logs in as "
                + MqttUser;

    private static string? TopicName(string text)
        => text.Length is > 0 and <= 128 && text.All(one => one is > ' ' and <= '~') ? null
            : $"'{text}' is no topic; give 1 to 128 letters, digits and signs without blanks, such as nanolibp2p/telemetry/1";

    private static string? TopicPattern(string text)
        => text.IndexOf('*') is var star && text.Length > 0 && (star < 0 || star == text.Length - 1) ? null
            : $"'{text}' is no topic and no beginning of one; give one such as greenhouse/climate, greenhouse/*, or * for all";

    private static string? PlaceText(string text)
        => text.Length == 0 || Telemetry.TelemetryPlace.TryParse(text) != null ? null
            : $"'{text}' is no place; give degrees north, -90 to 90, and east, -180 to 180, such as 47.4,8.5";

    private static string? Label(string text)
        => TelemetryCodec.CheckLabel(text) is { } why ? $"'{PlainText.Of(text)}' can't be a label: {why}" : null;

    private static string? OtlpAddress(string text)
        => text.Length == 0 || (Uri.TryCreate(text, UriKind.Absolute, out Uri? url) && url.Scheme is "http" or "https") ? null
            : string.Create(CultureInfo.InvariantCulture, $"'{text}' is no URL; give one such as http://127.0.0.1:4317");
}
