using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Runtime.Versioning;
using System.Text.RegularExpressions;
using System.Threading.Tasks;
using NanoLibp2p.Gateway.Configuration;

namespace NanoLibp2p.Gateway.Tests;

/// <summary>The systemd unit and the container file: what they name exists.</summary>
public sealed partial class PackagingTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public static bool HasSystemd => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .Any(folder => File.Exists(Path.Combine(folder, "systemd-analyze")));

    public static bool IsWindows => OperatingSystem.IsWindows();

    public void Dispose() => _folder.Dispose();

    [Fact(SkipUnless = nameof(HasSystemd), Skip = "no systemd-analyze (Debian: apt-get install systemd)")]
    public async Task By_systemd_analyze_nothing_is_wrong_with_the_unit_and_its_exposure_is_low()
    {
        string text = Text("nanolibp2p-gateway.service");
        Assert.Contains("ExecStart=/opt/nanolibp2p/nanolibp2p gateway run\n", text, StringComparison.Ordinal);

        // a program that is here in place of the one that is installed there
        string unit = _folder.Write("nanolibp2p-gateway.service", text.Replace("ExecStart=/opt/nanolibp2p/nanolibp2p", "ExecStart=/bin/sh",
            StringComparison.Ordinal));
        (int code, string said) = await RunAsync("systemd-analyze", "verify", "--man=no", unit);
        Assert.Equal((0, ""), (code, said));

        // in tenths: 13 when it was written
        (code, said) = await RunAsync("systemd-analyze", "security", "--no-pager", "--offline=yes", "--threshold=20", unit);
        Assert.True(code == 0, said);
    }

    [Fact]
    public void What_the_container_file_copies_runs_and_sets_exists()
    {
        string root = ReadmeTests.Root();
        string[] lines = Regex.Replace(Text("Containerfile"), @"\\\n\s*", " ").Split('\n', StringSplitOptions.RemoveEmptyEntries);
        string[] copies = [.. lines.Where(line => line.StartsWith("COPY ", StringComparison.Ordinal))];
        Assert.Equal(["COPY --from=node /usr/local/ /usr/local/", "COPY . .", "COPY --from=build /app ."], copies);
        string publish = lines.Single(line => line.StartsWith("RUN dotnet publish ", StringComparison.Ordinal)).Split(' ')[3];
        Assert.Contains(" -p:RequirePage=true ", lines.Single(line => line.StartsWith("RUN dotnet publish ", StringComparison.Ordinal)));
        string project = Assert.Single(Directory.GetFiles(Path.Combine(root, publish), "*.csproj"));
        string name = Regex.Match(File.ReadAllText(project), "<AssemblyName>(.+)</AssemblyName>").Groups[1].Value;

        string[] commands = [.. lines.Where(line => line.StartsWith("ENTRYPOINT ", StringComparison.Ordinal)
            || line.StartsWith("HEALTHCHECK ", StringComparison.Ordinal))
            .Select(line => line[line.IndexOf('[', StringComparison.Ordinal)..])];
        Assert.Equal(
            [$"[\"/app/{name}\", \"gateway\", \"status\"]", $"[\"/app/{name}\", \"gateway\", \"run\"]"],
            commands);
        string sources = string.Concat(Directory.GetFiles(Path.Combine(root, publish, "Commands/Gateway")).Select(File.ReadAllText));
        Assert.Contains("\"status\"", sources, StringComparison.Ordinal);
        Assert.Contains("\"run\"", sources, StringComparison.Ordinal);

        string variables = lines.Single(line => line.StartsWith("ENV ", StringComparison.Ordinal));
        Dictionary<string, string> environment
            = Pair().Matches(variables).ToDictionary(one => one.Groups[1].Value, one => one.Groups[2].Value);
        environment["XDG_CONFIG_HOME"] = "/none";
        GatewaySettings settings = GatewaySettings.Load(new SettingsSources { Environment = environment, Flags = [] });
        Assert.Equal(("/data", "/ip4/0.0.0.0/tcp/4001", true), (settings.Data, settings.Listen.Single(), settings.IsLogJson));
        Assert.Contains("EXPOSE 4001", lines);
    }

    [Theory(SkipWhen = nameof(IsWindows), Skip = "shell scripts are put in Node's place")]
    [UnsupportedOSPlatform("windows")]
    [InlineData(false, false, true)]
    [InlineData(true, true, true)]
    [InlineData(false, false, false)]
    public async Task Where_the_page_is_required_a_build_without_it_fails_and_says_why(bool hasNpm, bool hasOldPage, bool isRequired)
    {
        string programs = Directory.CreateDirectory(_folder.File("programs")).FullName;
        string page = Directory.CreateDirectory(_folder.File("page")).FullName + "/";
        File.CreateSymbolicLink(Path.Combine(programs, "sh"), "/bin/sh");
        if (hasNpm)
        {
            // an npm, and a Node that can't build the page
            WriteProgram(Path.Combine(programs, "npm"), "exit 0");
            WriteProgram(Path.Combine(programs, "node"), "echo 'no space left' >&2; exit 1");
        }

        if (hasOldPage)
        {
            File.WriteAllText(page + "index.html", "of an earlier build");
        }

        Dictionary<string, string> environment = new() { ["PATH"] = programs };
        (int code, string said) = await RunAsync(
            Environment.ProcessPath is { } own && Path.GetFileName(own) == "dotnet" ? own : "dotnet", environment, "msbuild",
            Path.Combine(ReadmeTests.Root(), "tools/NanoLibp2p.Gateway/Page/web/NanoLibp2p.Gateway.Page.csproj"),
            "-t:BuildPage;IncludePage", "-v:m", "-nologo", "-p:PageFolder=" + page, "-p:PageStamp=" + page + "none.stamp",
            "-p:RequirePage=" + isRequired);
        if (isRequired)
        {
            Assert.True(code == 1, said);
            Assert.Contains("error : The gateway's page is missing", said, StringComparison.Ordinal);
            Assert.Contains(hasNpm ? "no space left" : "npm was not found, so", said, StringComparison.Ordinal);
        }
        else
        {
            Assert.True(code == 0, said);
            Assert.Contains("npm was not found, so the gateway is built without its page", said, StringComparison.Ordinal);
        }
    }

    [UnsupportedOSPlatform("windows")]
    private static void WriteProgram(string path, string script)
    {
        File.WriteAllText(path, "#!/bin/sh\n" + script + "\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    private static string Text(string file)
        => File.ReadAllText(Path.Combine(ReadmeTests.Root(), "tools/NanoLibp2p.Gateway/Packaging", file));

    private static Task<(int Code, string Said)> RunAsync(string program, params string[] arguments) => RunAsync(program, [], arguments);

    private static async Task<(int Code, string Said)> RunAsync(string program, Dictionary<string, string> environment,
        params string[] arguments)
    {
        ProcessStartInfo start = new(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach ((string name, string value) in environment)
        {
            start.Environment[name] = value;
        }

        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync().WaitAsync(Gateways.Patience);
        return (process.ExitCode, output + await errors);
    }

    [GeneratedRegex(@"(\w+)=(\S+)")]
    private static partial Regex Pair();
}
