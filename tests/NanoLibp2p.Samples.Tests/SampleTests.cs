using System;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Text.Json;
using System.Text.RegularExpressions;
using NanoLibp2p.JsPeers;

namespace NanoLibp2p.Samples.Tests;

/// <summary>The samples do what their pages say, on virtual boards and over loopback.</summary>
public sealed partial class SampleTests : IDisposable
{
    private const string Anywhere = "/ip4/127.0.0.1/tcp/0";

    private readonly string _folder = Directory.CreateTempSubdirectory("nanolibp2p-samples").FullName;

    [Fact]
    public void A_sensor_of_ones_own_and_a_button_are_heard_by_the_subscriber()
    {
        using Sample subscriber = Sample.Start("subscriber", Store("subscriber"), $"listen={Anywhere}");
        string address = Address(subscriber);
        using Sample sensor = Sample.Start("own-sensor", Store("sensor"), $"dial={address}", "every=200");
        string author = Words(sensor.WaitFor("own-sensor is "))[2];
        Assert.Matches("^" + author
            + " \\{\"n\":\\d+,\"t\":\\d+,\"celsius\":\\d+\\.\\d\\d,\"hpa\":\\d+\\.\\d\\d,\"humidity\":\\d+\\.\\d\\d\\}$",
            subscriber.WaitFor("celsius"));

        using Sample button = Sample.Start("button", Store("button"), $"dial={address}");
        button.Type("");
        subscriber.WaitFor("\"presses\":1}");
        button.Type("");
        button.Type("");
        subscriber.WaitFor("\"presses\":3}");
    }

    [Fact]
    public void A_valve_obeys_its_author_and_nobody_else()
    {
        using Sample author = Sample.Start("subscriber", Store("author"), $"listen={Anywhere}", "topic=garden/valve");
        string id = Words(author.WaitFor(" hears "))[0];
        string address = Address(author);
        using Sample valve = Sample.Start("valve", Store("valve"), $"dial={address}", $"author={id}");
        author.WaitFor("subscribed to garden/valve");
        using Sample stranger =
            Sample.Start("subscriber", Store("stranger"), $"listen={Anywhere}", $"dial={address}", "topic=garden/valve");
        stranger.WaitFor("subscribed to garden/valve");
        stranger.Type("open");
        valve.WaitFor("not obeyed: it is not from the author");
        author.Type("Open");
        valve.WaitFor("not obeyed: neither open nor close");
        Assert.False(valve.Said("the valve"));
        author.Type("open");
        valve.WaitFor("the valve opens");
        author.Type("close");
        valve.WaitFor("the valve closes");
    }

    [Fact]
    public void A_valve_that_was_restarted_refuses_numbers_up_to_the_one_in_its_store()
    {
        using Sample author = Sample.Start("subscriber", Store("author"), $"listen={Anywhere}", "topic=garden/valve");
        string id = Words(author.WaitFor(" hears "))[0];
        string[] settings = new[] { Store("valve"), $"dial={Address(author)}", $"author={id}" };
        using (Sample valve = Sample.Start("valve", settings))
        {
            author.WaitFor("subscribed to garden/valve");
            author.Type("open");
            valve.WaitFor("the valve opens");
        }

        // as if the valve had obeyed one message more: what comes next has a number that was used
        string stored = Directory.GetFiles(Path.Combine(_folder, "valve"), "valve-last*").Single();
        byte[] number = File.ReadAllBytes(stored);
        Assert.Equal(8, number.Length);
        System.Buffers.Binary.BinaryPrimitives.WriteUInt64BigEndian(number,
            System.Buffers.Binary.BinaryPrimitives.ReadUInt64BigEndian(number) + 1);
        File.WriteAllBytes(stored, number);

        using Sample again = Sample.Start("valve", settings);
        author.WaitFor("subscribed to garden/valve");
        author.Type("close");
        author.WaitFor("published to 1");
        author.Type("open");
        again.WaitFor("the valve opens");
        Assert.False(again.Said("the valve closes"));
    }

    [Fact]
    public void A_valve_obeys_a_sealed_command_that_waited_for_it_and_refuses_a_strangers()
    {
        string data = Path.Combine(_folder, "gateway");
        string key = Path.Combine(_folder, "me");
        using Sample gateway = Sample.Cli("gateway", "run", "--data", data, "--http", "none", "--listen", Anywhere);
        string mailbox = Words(gateway.WaitFor("listening on "))[2];
        string owner = Words(AfterCli("12D3KooW", "key", "new", "--out", key))
            .First(word => word.StartsWith("12D3", StringComparison.Ordinal));
        string[] settings = [Store("valve"), $"mailbox={mailbox}", $"mail-from={owner}"];
        string[] sends = ["--via", mailbox, "--subject", "valve", "--ttl", "10m"];
        string valve;
        using (Sample first = Sample.Start("mail-valve", settings))
        {
            // it says itself what to run
            string[] command = Words(first.WaitFor("make one there: nanolibp2p "));
            valve = command[^1];
            AfterCli(valve, [.. command[(Array.IndexOf(command, "nanolibp2p") + 1)..], "--data", data]);
        }

        AfterCli("kept until", ["mail", "send", valve, "open", "--key", key, .. sends]);
        using Sample again = Sample.Start("mail-valve", [.. settings, "mail-follow=on"]);
        again.WaitFor("the valve opens");
        AfterCli("the recipient does not want it, proven",
            ["mail", "send", valve, "close", "--key", Path.Combine(_folder, "stranger"), "--wait", .. sends]);
        Assert.False(again.Said("the valve closes"));
        AfterCli("delivered, proven", ["mail", "send", valve, "close", "--key", key, "--wait", .. sends]);
        again.WaitFor("the valve closes");
    }

    [Fact]
    public void A_valve_that_knows_nobody_to_obey_says_what_to_store()
    {
        using Sample valve = Sample.Start("mail-valve", Store("valve"));
        valve.WaitFor("nobody to obey: store settings with a line 'mail-from = 12D3KooW...'");
    }

    [Fact]
    public void A_valve_whose_stored_number_is_damaged_obeys_nobody()
    {
        Directory.CreateDirectory(Path.Combine(_folder, "valve"));
        using (Sample maker = Sample.Start("subscriber", Store("valve"), $"listen={Anywhere}"))
        {
            maker.WaitFor("listening on ");
        }

        File.WriteAllText(Path.Combine(_folder, "valve", "valve-last"), "half");
        using Sample valve = Sample.Start("valve", Store("valve"), "author=12D3KooWE6ArZie1F2aYk37XXTjJBXr1MeRT6LXPxFXNq2Z72ruS");
        valve.WaitFor("the stored valve-last is damaged");
    }

    [Fact]
    public void The_js_subscriber_hears_a_sensor()
    {
        // its own folder has no modules; those of the tests are the same versions
        string program = Path.Combine(NodeBinary.ProgramDirectory, "node_modules", ".sample-subscriber.mjs");
        File.Copy(Path.Combine(Sample.Folder, "js", "subscriber.mjs"), program, overwrite: true);
        using Sample subscriber = Sample.StartProgram(NodeBinary.Path, program, Anywhere);
        string address = Words(subscriber.WaitFor("dial = "))[2];
        using Sample sensor = Sample.Start("own-sensor", Store("sensor"), $"dial={address}", "every=200");
        string author = Words(sensor.WaitFor("own-sensor is "))[2];
        Assert.StartsWith(author, subscriber.WaitFor("celsius"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("js")]
    [InlineData("browser")]
    public void The_js_samples_name_the_versions_that_the_tests_run_with(string sample)
    {
        string[] tried = Versions(Path.Combine(NodeBinary.ProgramDirectory, "package.json"));
        Assert.All(Versions(Path.Combine(Sample.Folder, sample, "package.json")), version => Assert.Contains(version, tried));
    }

    [Fact]
    public void The_go_subscriber_is_in_gofmts_form_where_Go_is_installed_and_nothing_is_tested_elsewhere()
    {
        Process gofmt;
        try
        {
            gofmt = Process.Start(new ProcessStartInfo("gofmt",
                ["-l", "-e", Path.Combine(Sample.Folder, "go", "main.go")]) { RedirectStandardOutput = true })!;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Assert.Skip("Go is not installed");
            return;
        }

        using (gofmt)
        {
            Assert.Empty(gofmt.StandardOutput.ReadToEnd());
            gofmt.WaitForExit();
            Assert.Equal(0, gofmt.ExitCode);
        }
    }

    [Fact]
    public void Every_sample_has_a_page_with_difficulty_and_hardware_and_names_projects_that_are_there()
    {
        string root = Path.GetFullPath(Path.Combine(Sample.Folder, "..", ".."));
        foreach (string folder in Directory.GetDirectories(Sample.Folder).Where(folder => Path.GetFileName(folder) != "common"))
        {
            string page = File.ReadAllText(Path.Combine(folder, "README.md"));
            Assert.Contains("**Difficulty:**", page);
            Assert.Contains("**Hardware:**", page);
            Assert.All(Projects().Matches(page),
                match => Assert.Single(Directory.GetFiles(Path.Combine(root, match.Groups[1].Value), "*.csproj")));
        }
    }

    [Fact]
    public void An_argument_that_is_no_setting_is_told()
    {
        using Sample sensor = Sample.Start("own-sensor", Store("sensor"), "greenhouse");
        sensor.WaitFor("'greenhouse' is no setting; write name=value");
    }

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static string Address(Sample sample) => Words(sample.WaitFor("listening on "))[2];

    private static string[] Words(string line) => line.Split(' ', ';');

    private static string[] Versions(string path) => [.. JsonElement.Parse(File.ReadAllText(path)).GetProperty("dependencies")
        .EnumerateObject().Select(one => $"{one.Name} {one.Value}")];

    private static string AfterCli(string text, params string[] arguments)
    {
        using Sample cli = Sample.Cli(arguments);
        return cli.WaitFor(text);
    }

    private string Store(string name) => $"store={Path.Combine(_folder, name)}";

    [GeneratedRegex(@"--project (boards/samples/[a-z-]+)")]
    private static partial Regex Projects();
}
