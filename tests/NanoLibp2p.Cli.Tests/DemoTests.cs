using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;
using System.Net.Http;
using System.Net.Http.Json;
using System.Text.Json;
using System.Threading.Tasks;
using NanoLibp2p.JsPeers;

namespace NanoLibp2p.Cli.Tests;

public class DemoTests
{
    [Fact]
    public async Task Three_boards_publish_and_every_signature_verifies()
    {
        CliResult demo = await CliProcess.RunAsync("demo", "--readings", "2", "--every", "20ms", "--json");

        Assert.Equal((0, ""), (demo.ExitCode, demo.Errors));
        HashSet<string?> boards = [.. demo.EventsOf("board").Select(one => one.GetProperty("peer").GetString())];
        Assert.Equal(3, boards.Count);
        Assert.All(boards, peer => Assert.Equal(2, demo.EventsOf("message").Count(one => one.GetProperty("from").GetString() == peer)));
        JsonElement summary = Assert.Single(demo.EventsOf("summary"));
        Assert.Equal((6, 0), (summary.GetProperty("readings").GetInt32(), summary.GetProperty("refused").GetInt32()));
        // the boards leave in order
        Assert.All(demo.EventsOf("disconnected"), one => Assert.Equal("Remote", one.GetProperty("reason").GetString()));
        Assert.Equal(3, demo.EventsOf("disconnected").Count);
    }

    [Fact]
    public async Task People_read_who_sent_what_and_how_to_join()
    {
        CliResult demo = await CliProcess.RunAsync("demo", "--seconds", "2", "--every", "100ms");

        Assert.Equal((0, ""), (demo.ExitCode, demo.Errors));
        Assert.Contains("listening on /ip4/127.0.0.1/tcp/", demo.Output, StringComparison.Ordinal);
        Assert.Contains("dotnet run --project tools/NanoLibp2p.Cli -- subscribe /ip4/127.0.0.1/tcp/", demo.Output,
            StringComparison.Ordinal);
        Assert.Matches(@"\nthe gateway's page, which shows them all: http://127\.0\.0\.1:[0-9]+\n", demo.Output);
        Assert.Contains("peer.AddrInfoFromString(\"/ip4/127.0.0.1/tcp/", demo.Output, StringComparison.Ordinal);
        Assert.Matches(@"\nboard [123] 12D3KooW\w+ signature verified \{", demo.Output);
        Assert.Matches(@"\n[0-9]+ readings of 3 boards, each with a signature that verified; 0 refused\.\n$", demo.Output);
    }

    [Fact]
    public async Task A_peer_from_outside_reaches_a_board_through_the_relay_and_people_and_programs_are_told()
    {
        CliResult programs = await CliProcess.RunAsync("demo", "--readings", "1", "--every", "20ms", "--json");
        CliResult people = await CliProcess.RunAsync("demo", "--readings", "1", "--every", "20ms");

        Assert.Equal((0, "", 0, ""), (programs.ExitCode, programs.Errors, people.ExitCode, people.Errors));
        JsonElement relayed = Assert.Single(programs.EventsOf("relayed"));
        JsonElement board = Assert.Single(programs.EventsOf("board"), one => Text(one, "board") == Text(relayed, "board"));
        Assert.Matches(
            $@"^/ip4/127\.0\.0\.1/tcp/[0-9]+/p2p/12D3KooW\w{{44}}/p2p-circuit/p2p/{Text(board, "peer")}$", Text(relayed, "addr"));
        Assert.True(relayed.GetProperty("rttMs").GetDouble() > 0);
        // two pings of 32 bytes, there and back, at the least
        Assert.True(relayed.GetProperty("relayedBytes").GetInt64() > 128);
        Assert.Matches(
            @"\noutside 12D3KooW\w{44} reached board 1 through the relay in [0-9]+\.[0-9] ms at "
                + @"/ip4/127\S+/p2p-circuit/p2p/12D3KooW\w{44}\n",
            people.Output);

        static string Text(JsonElement json, string name) => json.GetProperty(name).GetString()!;
    }

    [Fact(SkipUnless = nameof(EndTests.HasSignals), SkipType = typeof(EndTests), Skip = "Windows has no signals to send")]
    public async Task A_board_that_sleeps_gets_its_mail_when_it_wakes_a_valve_obeys_a_sealed_command_and_the_page_is_there()
    {
        await using CliProcess demo = CliProcess.Start("demo", "--every", "20ms", "--json");
        string page = (await demo.EventAsync("page")).GetProperty("url").GetString()!;
        Assert.StartsWith("http://127.0.0.1:", page, StringComparison.Ordinal);
        JsonElement asleep = await demo.EventAsync("asleep");
        Assert.Equal(1, asleep.GetProperty("waiting").GetInt32());
        JsonElement woke = await demo.EventAsync("woke");
        Assert.Equal((asleep.GetProperty("peer").GetString(), "frost tonight"),
            (woke.GetProperty("peer").GetString(), woke.GetProperty("text").GetString()));
        JsonElement valve = await demo.EventAsync("valve");
        Assert.True(valve.GetProperty("open").GetBoolean());
        Assert.True(valve.GetProperty("proven").GetBoolean());
        Assert.NotEqual(valve.GetProperty("peer").GetString(), woke.GetProperty("peer").GetString());
        using HttpClient browser = new();
        JsonElement mesh = await browser.GetFromJsonAsync<JsonElement>(page + "/api/mesh", TestContext.Current.CancellationToken);
        Assert.Contains(valve.GetProperty("peer").GetString()!, mesh.GetRawText(), StringComparison.Ordinal);
        await demo.SignalAsync("INT");
        CliResult ended = await demo.EndAsync();
        Assert.Equal((0, ""), (ended.ExitCode, ended.Errors));
    }

    [Fact(SkipUnless = nameof(EndTests.HasSignals), SkipType = typeof(EndTests), Skip = "Windows has no signals to send")]
    public async Task Sensors_on_radios_are_heard_by_a_stranger_to_radios_and_one_goes_from_BLE_to_WiFi_without_losing_a_reading()
    {
        await using CliProcess demo = CliProcess.Start("demo", "--every", "1s", "--json");
        HashSet<string> radios = [];
        while (radios.Count < 4)
        {
            JsonElement heard = await demo.EventAsync("radio");
            radios.Add(heard.GetProperty("board").GetString()!);
            Assert.StartsWith("{\"n\":", heard.GetProperty("text").GetString(), StringComparison.Ordinal);
        }

        JsonElement roamed = await demo.EventAsync("roamed");
        Assert.Equal(("roamer", 0), (roamed.GetProperty("board").GetString(), roamed.GetProperty("missing").GetInt32()));
        Assert.True(roamed.GetProperty("before").GetInt32() >= 3);
        await demo.SignalAsync("INT");
        CliResult ended = await demo.EndAsync();
        Assert.Equal((0, ""), (ended.ExitCode, ended.Errors));
    }

    [Fact(SkipUnless = nameof(EndTests.HasSignals), SkipType = typeof(EndTests), Skip = "Windows has no signals to send")]
    public async Task Anybody_joins_with_the_lines_that_it_prints_until_Ctrl_C_ends_it()
    {
        await using CliProcess demo = CliProcess.Start("demo", "--every", "100ms", "--json");
        JsonElement join = await demo.EventAsync("join");
        string[] boards = [.. (await BoardsAsync(demo, 3)).Order()];

        string[] words = join.GetProperty("cli").GetString()!.Split(' ');
        CliResult joined = await CliResult.RunAsync([.. words[(Array.IndexOf(words, "--") + 1)..], "--count", "4", "--json"]);
        string js = await FirstLineOfJsAsync(join.GetProperty("js").GetString()!);
        await demo.SignalAsync("INT");
        CliResult ended = await demo.EndAsync();

        Assert.Equal(0, joined.ExitCode);
        Assert.All(joined.EventsOf("message"), one => Assert.Contains(one.GetProperty("from").GetString(), boards));
        Assert.Contains(js.Split(' ')[0], boards);
        Assert.StartsWith("{\"n\":", js.Split(' ')[1], StringComparison.Ordinal);
        Assert.Equal((0, ""), (ended.ExitCode, ended.Errors));
        Assert.Single(ended.EventsOf("summary"));
    }

    // names of the boards, from the messages that arrive
    private static async Task<IEnumerable<string>> BoardsAsync(CliProcess demo, int count)
    {
        HashSet<string> found = [];
        while (found.Count < count)
        {
            found.Add((await demo.EventAsync("message")).GetProperty("from").GetString()!);
        }
        return found;
    }

    // runs what stands between the quotes where the packages are installed
    private static async Task<string> FirstLineOfJsAsync(string snippet)
    {
        ProcessStartInfo start = new(NodeBinary.Path) { WorkingDirectory = NodeBinary.ProgramDirectory, RedirectStandardOutput = true };
        start.ArgumentList.Add("--input-type=module");
        start.ArgumentList.Add("-e");
        start.ArgumentList.Add(snippet[(snippet.IndexOf('\'', StringComparison.Ordinal) + 1)..snippet.LastIndexOf('\'')]);
        using Process node = Process.Start(start)!;
        try
        {
            return await node.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken).AsTask()
                .WaitAsync(CliProcess.Patience, TestContext.Current.CancellationToken)
                ?? throw new InvalidOperationException("the js program ended without a message");
        }
        finally
        {
            node.Kill();
        }
    }
}
