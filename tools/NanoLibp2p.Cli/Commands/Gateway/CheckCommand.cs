using System;
using System.Collections.Generic;
using System.CommandLine;
using System.Linq;
using System.Text.Json.Nodes;
using System.Threading.Tasks;
using NanoLibp2p.Gateway;
using NanoLibp2p.Gateway.Configuration;
using NanoLibp2p.Gateway.Hosting;
using NanoLibp2p.Gateway.Http;
using NanoLibp2p.Gateway.Storage;
using NanoLibp2p.Host;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Cli.Commands.Gateway;

/// <summary><c>gateway check</c>: whether it would run, without running it.</summary>
internal static class CheckCommand
{
    internal static Command Create()
    {
        Command command = new("check", "Look at settings, ports, data folder and limits without running; ends with 2 for wrong settings, 1 "
            + "for what the system refuses") { GatewayOptions.Listen, GatewayOptions.Http, GatewayOptions.Store, GatewayOptions.Radio };
        command.SetGatewayAction((parsed, output) =>
        {
            GatewaySettings? settings = GatewaySettings.TryLoad(GatewayOptions.Sources(parsed), out IReadOnlyList<string> errors);
            foreach (string error in errors)
            {
                Tell(output, "settings", error);
            }
            return Task.FromResult(settings == null ? CliException.WrongArguments : Check(settings, output));
        });
        return command;
    }

    private static int Check(GatewaySettings settings, Output output)
    {
        Tell(output, "settings", null, settings.File ?? "no file, and none is needed");
        List<(string What, string? Problem)> found = [];
        if (DataFolder.IsInUse(settings.Data))
        {
            Tell(output, "data", null, $"a gateway runs on {settings.Data} now: its ports are not looked at");
        }
        else
        {
            foreach (Multiaddr address in settings.Listen.Select(Multiaddr.Parse))
            {
                found.Add(($"listen {address}", ListenProbe.Why(address.Host, address.Port, "--listen")));
            }
            if (settings.Http is { } url)
            {
                string host = url.Host == "localhost" ? "127.0.0.1" : url.Host.Trim('[', ']');
                found.Add(($"http {url.OriginalString}", ListenProbe.Why(host, url.Port, "--http")));
            }
            found.Add(($"data {settings.Data}", DataProblem(settings.Data)));
        }
        if (settings.HttpCertificate.Length > 0)
        {
            found.Add(($"certificate {settings.HttpCertificate}", CertificateProblem(settings)));
        }
        int fitting = Math.Min(settings.Connections, GatewayNode.FittingConnections);
        found.Add(("limits.connections", fitting == settings.Connections ? null
            : $"the system's limit of {OpenFiles.Limit} open files has room for {fitting} of {settings.Connections}; raise it with "
                + "ulimit -n, or LimitNOFILE= of the systemd unit"));
        foreach ((string what, string? problem) in found)
        {
            Tell(output, what, problem);
        }
        return found.Any(one => one.Problem != null) ? CliException.Failed : 0;
    }

    private static string? CertificateProblem(GatewaySettings settings)
    {
        try
        {
            _ = new Certificate(settings);
            return null;
        }
        catch (GatewayException e)
        {
            return e.Message;
        }
    }

    // a folder that is not there yet is made by run; here nothing is left behind
    private static string? DataProblem(string path)
    {
        if (!System.IO.Directory.Exists(path))
        {
            return null;
        }
        try
        {
            using DataFolder folder = DataFolder.Open(path);
            folder.ReadOrMakeIdentity(out _);
            _ = new BlockList(folder);
            return null;
        }
        catch (GatewayException e)
        {
            return e.Message;
        }
    }

    private static void Tell(Output output, string what, string? problem, string detail = "")
    {
        JsonObject json = Output.Event("check");
        json["what"] = what;
        json["good"] = problem == null;
        json["text"] = problem ?? detail;
        if (problem == null)
        {
            output.Tell(json, $"[green]good[/]  {what}{(detail.Length > 0 ? ": " + detail : "")}");
        }
        else
        {
            output.Tell(json, $"[red]wrong[/] {what}: {problem}");
        }
    }
}
