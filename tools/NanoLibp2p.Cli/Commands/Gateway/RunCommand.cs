using System;
using System.CommandLine;
using System.Collections.Generic;
using System.Linq;
using System.Net;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using System.Threading.Tasks;
using NanoLibp2p.Gateway.Configuration;
using NanoLibp2p.Gateway.Hosting;
using NanoLibp2p.Gateway.Radio;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Cli.Commands.Gateway;

/// <summary><c>gateway run</c>.</summary>
internal static class RunCommand
{
    internal static Command Create()
    {
        Command command = new("run", "Run a gateway; without any setting it listens on loopback")
            { GatewayOptions.Listen, GatewayOptions.Http, GatewayOptions.Store, GatewayOptions.Radio };
        command.SetGatewayAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, Output output)
    {
        GatewaySettings settings = GatewayOptions.Load(parsed);
        if (settings.IsLogJson)
        {
            // who collects a container's lines reads both of its streams as one
            output = output.ForPrograms();
        }
        using Interruption interruption = new();

        // from the start on: a SIGHUP that nobody handles ends the process
        TaskCompletionSource<GatewayHost> started = new(TaskCreationOptions.RunContinuationsAsynchronously);
        using IDisposable? reload = OnHangUp(started.Task);
        await using GatewayHost gateway = await GatewayHost.StartAsync(settings);
        started.SetResult(gateway);
        Introduce(gateway.Status, gateway.Core, settings, output);
        await Task.WhenAny(interruption.Asked, gateway.Stopping);
        output.Note($"ending; streams under way have {settings.Drain.TotalSeconds} s");
        await gateway.DisposeAsync();
        return 0;
    }

    private static void Introduce(GatewayStatus status, GatewayCore core, GatewaySettings settings, Output output)
    {
        JsonObject json = Output.Event("gateway");
        json["peerId"] = status.PeerId;
        json["data"] = status.Data;
        json["config"] = status.SettingsFile;
        string settingsFile = status.SettingsFile == null ? "" : $", settings of {status.SettingsFile}";
        output.Tell(json, $"gateway [bold]{status.PeerId}[/], data in {status.Data}{settingsFile}");
        foreach (string address in status.Addresses)
        {
            JsonObject listening = Output.Event("listening");
            listening["addr"] = address;
            output.Tell(listening, $"listening on [bold]{address}[/]");
        }
        foreach (string url in status.Http)
        {
            JsonObject http = Output.Event("http");
            http["url"] = url;
            output.Tell(http, $"the page, health and metrics at {url}");
        }
        if (core.FullNode?.Radios is { } radios)
        {
            JsonObject radio = Output.Event("radio");
            radio["card"] = radios.Card.ToString();
            radio["devices"] = core.Folder.PathOf(RadioHost.DevicesFile);
            output.Tell(radio, $"{radios.Ports.Count} {(radios.Ports.Count == 1 ? "radio" : "radios")}; the gateway's card, for devices:");
            output.Copyable(radios.Card.ToString());
            output.Note($"Cards of devices go into {core.Folder.PathOf(RadioHost.DevicesFile)}, one a line");
        }
        foreach ((string _, string sentence) in status.Conditions)
        {
            output.Notice(null, sentence);
        }
        if (core.HttpTokenMade is { } token)
        {
            output.Notice(null, $"others reach its HTTP address, so a token was made in {token}: show it as Authorization: Bearer TOKEN");
        }
        Reach(status, settings, output);
    }

    private static void Reach(GatewayStatus status, GatewaySettings settings, Output output)
    {
        if (status.Addresses.Count == 0)
        {
            output.Note($"It listens nowhere, and dials {settings.Dial.Count} peers.");
        }
        else if (settings.Listen.Select(Multiaddr.Parse).All(one => IPAddress.IsLoopback(IPAddress.Parse(one.Host))))
        {
            output.Note($"Only this host reaches it; for others: --listen /ip4/0.0.0.0/tcp/4001");
        }
        else if (!settings.IsAdmissionRequired)
        {
            output.Notice(null, "whoever reaches it may connect, within limits; admission.required = true lets in only who has a token "
                + "(nanolibp2p gateway token PEER-ID)");
        }
        if (status.Addresses.Count > 0)
        {
            output.Note($"To try it:");
            output.Copyable($"nanolibp2p ping {status.Addresses[0]}");
        }
        output.Note($"Ctrl-C ends it; nanolibp2p gateway status tells more");
    }

    private static PosixSignalRegistration? OnHangUp(Task<GatewayHost> started)
        => OperatingSystem.IsWindows() ? null : PosixSignalRegistration.Create(PosixSignal.SIGHUP, context =>
        {
            context.Cancel = true;
            _ = Task.Run(async () => await (await started).Core.ReloadAsync());
        });
}
