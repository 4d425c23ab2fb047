using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
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

    private static string Text(string file)
        => File.ReadAllText(Path.Combine(ReadmeTests.Root(), "tools/NanoLibp2p.Gateway/Packaging", file));

    private static async Task<(int Code, string Said)> RunAsync(string program, params string[] arguments)
    {
        ProcessStartInfo start = new(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync().WaitAsync(Gateways.Patience);
        return (process.ExitCode, output + await errors);
    }

    [GeneratedRegex(@"(\w+)=(\S+)")]
    private static partial Regex Pair();
}
