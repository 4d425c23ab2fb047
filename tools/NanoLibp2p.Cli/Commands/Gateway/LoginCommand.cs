using System;
using System.CommandLine;
using System.IO;
using System.Net;
using System.Net.Http;
using System.Text.Json.Nodes;
using System.Threading;
using System.Threading.Tasks;
using NanoLibp2p.Gateway;
using NanoLibp2p.Gateway.Http;

namespace NanoLibp2p.Cli.Commands.Gateway;

/// <summary><c>gateway login</c>: logs in at a gateway's page by peer id, and prints the page's address with what it was given.</summary>
internal static class LoginCommand
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(15);

    internal static Command Create()
    {
        Option<FileInfo> key = new("--key")
        {
            Description = "Key file of the peer that logs in; the gateway names its peer id in http.admins",
            HelpName = "FILE",
            Required = true,
        };
        Option<string?> http = new("--http")
        {
            Description = "The gateway's page, such as https://gateway.example.org:4081 [default: http.listen of the settings]",
            HelpName = "URL",
        };
        Command command = new("login", "Log in at a gateway's page by peer id; prints an address to open, good for 12 hours and for "
            + "whoever has it") { key, http };
        command.SetGatewayAction(async (parsed, output) =>
        {
            Identity identity = Keys.Read(parsed.GetValue(key)!);
            Uri page = Page(parsed.GetValue(http), parsed);
            using HttpClient client = new(new SocketsHttpHandler { AllowAutoRedirect = false }) { Timeout = _patience };
            PeerIdSession session = await PeerIdClient.LogInAsync(
                client, new Uri(page, PeerIdClient.Path), identity, CancellationToken.None);
            string url = $"{page}#token={session.Bearer}";
            JsonObject json = Output.Event("login");
            json["peer"] = identity.PeerId.ToString();
            json["gateway"] = session.Peer.ToString();
            json["expires"] = session.Expires;
            json["token"] = session.Bearer;
            json["url"] = url;
            string end = $"{session.Expires:u}";
            output.Tell(json, $"logged in at [bold]{session.Peer.ToString()}[/] as {identity.PeerId.ToString()} until {end}; open:");
            output.Copyable(url);
            return 0;
        });
        return command;
    }

    private static Uri Page(string? given, ParseResult parsed)
    {
        if (given == null)
        {
            Uri listen = GatewayOptions.Load(parsed).Http ?? throw new GatewayException(
                "http.listen is none here, so there is no page; give the address of another gateway with --http", isConfiguration: true);
            return !IPAddress.TryParse(listen.Host.Trim('[', ']'), out IPAddress? ip) ? listen
                : ip.Equals(IPAddress.Any) ? new UriBuilder(listen) { Host = "127.0.0.1" }.Uri
                : ip.Equals(IPAddress.IPv6Any) ? new UriBuilder(listen) { Host = "[::1]" }.Uri : listen;
        }
        return Uri.TryCreate(given, UriKind.Absolute, out Uri? url) && url.Scheme is "http" or "https" && url.PathAndQuery == "/" ? url
            : throw new GatewayException($"--http '{given}' is no address of a page; give one such as https://gateway.example.org:4081",
                isConfiguration: true);
    }
}
