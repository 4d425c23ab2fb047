using System;
using System.IO;
using System.Net.Http;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Threading;
using System.Threading.Tasks;
using NanoLibp2p.Gateway.Storage;

namespace NanoLibp2p.Gateway.Hosting;

/// <summary>Speaks to a gateway that runs on a data folder, through the socket in it.</summary>
internal sealed class ControlClient : IDisposable
{
    private readonly string _folder;
    private readonly HttpClient _http;

    /// <param name="folder">The data folder.</param>
    /// <param name="timeout">How long the gateway may take to answer.</param>
    internal ControlClient(string folder, TimeSpan timeout)
    {
        _folder = Path.GetFullPath(folder);
        string socket = Path.Combine(_folder, DataFolder.SocketFile);
        _http = new HttpClient(new SocketsHttpHandler
        {
            ConnectCallback = async (_, cancellation) =>
            {
                Socket link = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                try
                {
                    await link.ConnectAsync(new UnixDomainSocketEndPoint(socket), cancellation).ConfigureAwait(false);
                    return new NetworkStream(link, ownsSocket: true);
                }
                catch
                {
                    link.Dispose();
                    throw;
                }
            },
        })
        {
            BaseAddress = new Uri("http://localhost"), Timeout = timeout,
        };
    }

    /// <summary>Asks for something.</summary>
    /// <exception cref="GatewayException">No gateway runs there, it does not answer, or it could not do it.</exception>
    internal async Task<JsonNode> GetAsync(string path, CancellationToken cancellationToken = default)
        => await SendAsync(HttpMethod.Get, path, "", cancellationToken).ConfigureAwait(false);

    /// <summary>Has it do something.</summary>
    /// <exception cref="GatewayException">No gateway runs there, it does not answer, or it could not do it.</exception>
    internal async Task<JsonNode> PostAsync(string path, string body = "", CancellationToken cancellationToken = default)
        => await SendAsync(HttpMethod.Post, path, body, cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private async Task<JsonNode> SendAsync(HttpMethod method, string path, string body, CancellationToken cancellationToken)
    {
        try
        {
            using HttpRequestMessage request = new(method, path) { Content = body.Length == 0 ? null : new StringContent(body) };
            using HttpResponseMessage response = await _http.SendAsync(request, cancellationToken).ConfigureAwait(false);
            string text = await response.Content.ReadAsStringAsync(cancellationToken).ConfigureAwait(false);
            JsonNode? json = text.StartsWith('{') ? JsonNode.Parse(text) : null;
            if (json?["error"] is { } error)
            {
                throw new GatewayException(error.ToString());
            }

            return json ?? throw new GatewayException($"the gateway on {_folder} answered {(int)response.StatusCode} to {path}; is it of "
                + "another version than this program?");
        }
        catch (HttpRequestException e) when (e.InnerException is SocketException socket)
        {
            throw new GatewayException(socket.SocketErrorCode == SocketError.AccessDenied
                ? $"the gateway on {_folder} is another user's; ask as that user or as root"
                : $"no gateway runs on {_folder}; start one with: nanolibp2p gateway run --data {_folder}", inner: e);
        }
        catch (Exception e) when (e is HttpRequestException or JsonException)
        {
            throw new GatewayException($"the gateway on {_folder} broke off: {e.Message}", inner: e);
        }
        catch (TaskCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new GatewayException($"the gateway on {_folder} does not answer within {_http.Timeout.TotalSeconds} s", inner: e);
        }
    }
}
