using System;
using System.Collections.Generic;
using System.IO.Pipes;
using System.Linq;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Threading.Tasks;
using NanoLibp2p.Gateway.Configuration;

namespace NanoLibp2p.Gateway.Tests;

public sealed class SettingsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Without_file_variable_and_flag_everything_is_standard_and_loopback()
    {
        GatewaySettings settings = Load(null);

        Assert.Equal(["/ip4/127.0.0.1/tcp/4001"], settings.Listen);
        Assert.Equal("http://127.0.0.1:4081/", settings.Http!.ToString());
        Assert.All(settings.All, one => Assert.Equal("default", one.Source));
        Assert.Null(settings.File);
    }

    [Fact]
    public void A_flag_counts_for_more_than_a_variable_and_that_for_more_than_the_file()
    {
        string file = _folder.Write("gateway.json", """
            {
              // comments are fine
              "version": 1,
              "limits": { "connections": 10, "streams": 20, "bufferMiB": 30, },
            }
            """);
        GatewaySettings settings = Load(file, [("NANOLIBP2P__LIMITS__STREAMS", "21"), ("NANOLIBP2P__LIMITS__BUFFERMIB", "31")],
            [("--set", "limits.bufferMiB", ["32"])]);

        Assert.Equal((10, 21, 32), (settings.Connections, settings.Streams, settings.BufferMiB));
        Assert.Equal([file, "NANOLIBP2P__LIMITS__STREAMS", "--set"],
            settings.All.Where(one => one.Source != "default").OrderBy(one => one.Value).Select(one => one.Source));
    }

    [Fact]
    public void A_list_of_a_later_source_takes_the_place_of_an_earlier_one_as_a_whole()
    {
        string file = _folder.Write("gateway.json", """{ "listen": ["/ip4/127.0.0.1/tcp/1", "/ip4/127.0.0.1/tcp/2"] }""");

        Assert.Equal(["/ip4/127.0.0.1/tcp/3"], Load(file, [("NANOLIBP2P__LISTEN", "/ip4/127.0.0.1/tcp/3")]).Listen);
        Assert.Equal(["/ip4/127.0.0.1/tcp/4", "/ip4/127.0.0.1/tcp/5"],
            Load(file, [("NANOLIBP2P__LISTEN__1", "/ip4/127.0.0.1/tcp/5"), ("NANOLIBP2P__LISTEN__0", "/ip4/127.0.0.1/tcp/4")]).Listen);
        Assert.Equal(["/ip4/127.0.0.1/tcp/6"], Load(file, [], [("--listen", "listen", ["/ip4/127.0.0.1/tcp/6"])]).Listen);
    }

    [Fact]
    public void A_file_is_found_where_the_users_settings_are_kept()
    {
        System.IO.Directory.CreateDirectory(_folder.File("nanolibp2p"));
        string file = _folder.Write("nanolibp2p/gateway.json", """{ "limits": { "streams": 99 } }""");

        GatewaySettings settings = Load(null, [("XDG_CONFIG_HOME", _folder.Path)]);

        Assert.Equal((file, 99), (settings.File, settings.Streams));
    }

    [Theory]
    [InlineData("""{ "limits": { "conections": 1 } }""", "'limits.conections' is no setting", "did you mean 'limits.connections'?")]
    [InlineData("""{ "Listen": [] }""", "'Listen' is no setting", "did you mean 'listen'?")]
    [InlineData("""{ "shoe": 1 }""", "'shoe' is no setting", "gateway config")]
    [InlineData("""{ "limits": { "connections": 0 } }""", "limits.connections: 0 is out of range; give 1 to 65536")]
    [InlineData("""{ "limits": { "connections": "many" } }""", "\"many\" is not a whole number")]
    [InlineData("""{ "limits": { "connections": 1.5 } }""", "1.5 is not a whole number")]
    [InlineData("""{ "limits": 5 }""", "limits has several settings below it")]
    [InlineData("""{ "listen": "/ip4/127.0.0.1/tcp/1" }""", "is not an array of texts")]
    [InlineData("""{ "listen": ["/ip4/127.0.0.1/udp/1/quic-v1"] }""", "is not a TCP address of this host")]
    [InlineData("""{ "listen": ["127.0.0.1:4001"] }""", "is no multiaddr", "/ip4/0.0.0.0/tcp/4001")]
    [InlineData("""{ "dial": ["/ip4/127.0.0.1/tcp/1"] }""", "does not say who must answer", "/p2p/PEER-ID")]
    [InlineData("""{ "logging": { "level": "Informtion" } }""", "did you mean Information?")]
    [InlineData("""{ "logging": { "levels": { "A": "loud" } } }""", "'loud' is none of them")]
    [InlineData("""{ "http": { "listen": "127.0.0.1:80" } }""", "is no address to listen on")]
    [InlineData("""{ "http": { "listen": "https://127.0.0.1:443" } }""", "needs a certificate", "http.certificate")]
    [InlineData("""{ "telemetry": { "publsh": true } }""", "did you mean 'telemetry.publish'?")]
    [InlineData("""{ "telemetry": { "publish": "yes" } }""", "telemetry.publish", "give true or false")]
    [InlineData("""{ "telemetry": { "everySeconds": 9 } }""", "telemetry.everySeconds: 9 is out of range; give 10 to 3600")]
    [InlineData("""{ "postbox": { "natsReplicas": 2 } }""", "postbox.natsReplicas: 2 is out of range; give an odd number, 1 to 5")]
    [InlineData("""{ "postbox": { "announce": "yes" } }""", "postbox.announce", "\"yes\" is not true or false; give true or false")]
    [InlineData("""{ "telemetry": { "place": "91,0" } }""", "'91,0' is no place", "such as 47.4,8.5")]
    [InlineData("""{ "telemetry": { "label": "a\u202eb" } }""", "telemetry.label", "that is not seen")]
    [InlineData("""{ "telemetry": { "topic": "" } }""", "telemetry.topic: '' is no topic")]
    [InlineData("""{ "http": { "admins": ["12D3"] } }""", "http.admins: '12D3' is not a peer id")]
    [InlineData("""{ "http": { "names": ["https://x"] } }""", "http.names", "without scheme and port")]
    [InlineData("""{ "metrics": { "otlpEndpoint": "collector" } }""", "is no URL")]
    [InlineData("""{ "version": 2 }""", "is of version 2", "up to version 1")]
    [InlineData("""{ "version": "one" }""", "version is \"one\"")]
    [InlineData("""{ "shards": 1, "shards": 2 }""", "shards")]
    [InlineData("""[]""", "is no JSON object")]
    [InlineData("{\n  \"shards\": 1\n  \"data\": \"x\" }", "is no JSON in line 3")]
    public void What_is_wrong_in_the_file_is_told_with_its_key_and_what_to_give(string text, params string[] inSentence)
    {
        string file = _folder.Write("gateway.json", text);

        GatewayException e = Assert.Throws<GatewayException>(() => Load(file));

        Assert.True(e.IsConfiguration);
        Assert.Contains(file, e.Message.Contains("needs a certificate", StringComparison.Ordinal) ? file : e.Message,
            StringComparison.Ordinal);
        Assert.All(inSentence, part => Assert.Contains(part, e.Message, StringComparison.Ordinal));
    }

    [Fact]
    public void A_variable_or_flag_that_is_none_is_told_with_the_nearest()
    {
        Assert.Contains("NANOLIBP2P__HTTP__LISTN: 'HTTP.LISTN' is no setting; did you mean 'http.listen'?",
            Assert.Throws<GatewayException>(() => Load(null, [("NANOLIBP2P__HTTP__LISTN", "none")])).Message, StringComparison.Ordinal);
        Assert.Contains("--set: 'shard' is no setting; did you mean 'shards'?",
            Assert.Throws<GatewayException>(() => Load(null, [], [("--set", "shard", ["1"])])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void All_that_is_wrong_is_found_at_once()
    {
        string file = _folder.Write("gateway.json", """{ "shards": 99, "shoe": 1 }""");

        Assert.Null(GatewaySettings.TryLoad(Sources(file, [("NANOLIBP2P__DRAINSECONDS", "-1")], []), out IReadOnlyList<string> errors));

        Assert.Equal(3, errors.Count);
        Assert.Contains("and 2 more", Assert.Throws<GatewayException>(
            () => GatewaySettings.Load(Sources(file, [("NANOLIBP2P__DRAINSECONDS", "-1")], []))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_missing_a_folder_or_too_long_is_told()
    {
        Assert.Contains("there is no settings file", Assert.Throws<GatewayException>(() => Load(_folder.File("none"))).Message,
            StringComparison.Ordinal);
        Assert.Contains("is a folder", Assert.Throws<GatewayException>(() => Load(_folder.Path)).Message, StringComparison.Ordinal);
        Assert.Contains("it has more than 1048576 bytes", Assert.Throws<GatewayException>(
            () => Load(_folder.Write("long", new string(' ', 2_000_000)))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_text_with_what_is_not_seen_or_too_long_is_refused_by_every_setting_in_one_short_line()
    {
        foreach (string text in new[] { "\0", "a\0b", "a\nb", "/ip4/127.0.0.1/tcp/1\n", "\u001b[2J", new string('a', 5000) })
        {
            foreach (Setting setting in SettingsTable.All.Where(one => one.Kind is SettingKind.Text or SettingKind.List or SettingKind.Map))
            {
                string json = setting.Kind switch
                {
                    SettingKind.Text => JsonSerializer.Serialize(text),
                    SettingKind.List => JsonSerializer.Serialize(new[] { text }),
                    _ => JsonSerializer.Serialize(new Dictionary<string, string> { [text] = "Debug" }),
                };
                FormatException e = Assert.Throws<FormatException>(() => setting.Read(JsonElement.Parse(json)));
                Assert.Throws<FormatException>(() => setting.Parse(setting.Kind == SettingKind.Map ? text + "=Debug" : text + "x"));
                Assert.InRange(e.Message.Length, 20, 300);
                Assert.DoesNotContain(e.Message, char.IsControl);
            }
        }

        // a key is somebody's text as well, and what is long and wrong is told by how it begins
        string file = _folder.Write("gateway.json", """{ "a\nb\u001b[2J": 1, "kademlia": { "mode": "LONG" } }""".Replace("LONG",
            new string('m', 3000), StringComparison.Ordinal));
        Assert.Null(GatewaySettings.TryLoad(Sources(file, [], []), out IReadOnlyList<string> errors));
        Assert.Equal(2, errors.Count);
        Assert.All(errors, error =>
        {
            Assert.InRange(error.Length, 20, 400);
            Assert.DoesNotContain(error, char.IsControl);
        });
    }

    [Theory]
    [InlineData("""{ "data": "\ud800" }""")]
    [InlineData("""{ "\ud800": 1 }""")]
    [InlineData("""{ "logging": { "levels": { "\udc00": "Debug" } } }""")]
    [InlineData("""{ "listen": ["\ud800\ud800"] }""")]
    public void Half_a_character_is_told_as_what_is_wrong_in_the_file(string text)
    {
        string file = _folder.Write("gateway.json", text);

        GatewayException e = Assert.Throws<GatewayException>(() => Load(file));

        Assert.True(e.IsConfiguration);
        Assert.Contains(file, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_may_begin_with_a_byte_order_mark_and_be_a_pipe_and_what_never_ends_is_told()
    {
        string file = _folder.File("gateway.json");
        System.IO.File.WriteAllText(file, """{ "limits": { "streams": 98 } }""", new UTF8Encoding(true));
        Assert.Equal(98, Load(file).Streams);
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        Assert.Contains("it has more than", Assert.Throws<GatewayException>(() => Load("/dev/zero")).Message, StringComparison.Ordinal);
        Assert.Contains("it has more than", Assert.Throws<GatewayException>(
            () => Load(null, [], [("--set", "mqtt.server", ["mqtt://127.0.0.1"]), ("--set", "mqtt.passwordFile", ["/dev/zero"])]).Mqtt)
            .Message, StringComparison.Ordinal);
        using AnonymousPipeServerStream pipe = new(PipeDirection.Out, System.IO.HandleInheritability.Inheritable);
        string read = $"/dev/fd/{pipe.GetClientHandleAsString()}";
        Task<GatewaySettings> loading = Task.Run(() => Load(read));

        // more than a pipe holds: once it is written, its reader is there
        pipe.Write(Encoding.ASCII.GetBytes("""{ "limits": { "streams": 97 } }""" + new string(' ', 200_000)));
        pipe.Dispose();
        Assert.Equal(97, (await loading.WaitAsync(Gateways.Patience)).Streams);
    }

    [Fact]
    public void An_older_form_is_brought_forward_step_by_step_and_the_file_stays()
    {
        string text = """{ "version": 1, "bind": "here" }""";
        string file = _folder.Write("gateway.json", text);
        Action<JsonObject>[] migrations =
        [
            root =>
            {
                root["place"] = root["bind"]!.DeepClone();
                root.Remove("bind");
            },
            root => root["place"] = root["place"]!.GetValue<string>() + "!",
        ];

        JsonElement read = SettingsFile.Read(file, 3, migrations);

        Assert.Equal("""{"place":"here!"}""", read.GetRawText());
        Assert.Equal(text, System.IO.File.ReadAllText(file));
    }

    [Fact]
    public void Every_setting_has_a_standard_that_is_itself_allowed_and_a_line_of_what_it_does()
        => Assert.All(SettingsTable.All, setting =>
        {
            Assert.NotEmpty(setting.What);
            string json = setting.ToJson(setting.Standard);
            Assert.Equal(json, setting.ToJson(setting.Read(JsonElement.Parse(json))));
        });

    private static GatewaySettings Load(
        string? file, (string Name, string Value)[]? environment = null, (string, string, string[])[]? flags = null)
        => GatewaySettings.Load(Sources(file, environment ?? [], flags ?? []));

    private static SettingsSources Sources(
        string? file, (string Name, string Value)[] environment, (string, string, string[])[] flags) => new()
    {
        File = file,
        Environment = environment.Append(("XDG_CONFIG_HOME", "/none")).DistinctBy(one => one.Item1)
            .ToDictionary(one => one.Item1, one => one.Item2),
        Flags = flags,
    };
}
