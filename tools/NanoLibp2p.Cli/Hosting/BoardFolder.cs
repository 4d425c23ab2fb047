using System;
using System.IO;
using System.Linq;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using NanoLibp2p.Core;
using NanoLibp2p.Firmware;
using NanoLibp2p.Hal.Desktop;

namespace NanoLibp2p.Cli;

/// <summary>
/// What one board is given at its first start, in a folder: the values of its store, under the store's own names (a virtual board runs on
/// that folder as it is), and the lists with which nanoff sends them to a board with nanoFramework.
/// </summary>
internal sealed class BoardFolder(string path)
{
    private const string FileList = "files.json";
    private const string WifiFile = "wifi.json";
    private const string LabelFile = "label.svg";

    // nanoFramework's internal storage
    private const string Storage = "I:\\";

    private static readonly JsonSerializerOptions _jsonForm = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Where it is.</summary>
    internal string Path => path;

    /// <summary>The board's name: the folder's.</summary>
    internal string Name { get; } = new DirectoryInfo(path).Name;

    /// <summary>The board's key, which is never overwritten.</summary>
    internal FileInfo Identity { get; } = new(System.IO.Path.Combine(path, DeviceIdentity.StoreName));

    /// <summary>Writes everything, the identity first; all is readable by its owner alone.</summary>
    /// <param name="identity">Who the board is.</param>
    /// <param name="isNew">Whether the identity has to be written, too.</param>
    /// <param name="settings">The text for its store.</param>
    /// <param name="wifi">The network that it joins; null for one without.</param>
    /// <param name="serialPort">Where nanoff finds it; null leaves that to who calls nanoff.</param>
    /// <param name="more">Other values that are in the folder already.</param>
    /// <exception cref="CliException">It can't be written.</exception>
    internal void Write(Identity identity, bool isNew, string settings, WifiNetwork? wifi, string? serialPort, params string[] more)
    {
        try
        {
            // makes the folder
            _ = new FileStore(path);
            if (isNew)
            {
                Keys.Write(identity, Identity);
            }
            Write(DeviceSettings.StoreName, settings);
            JsonObject files = Begin(serialPort);
            files["Files"] = new JsonArray([File(DeviceIdentity.StoreName), File(DeviceSettings.StoreName), .. more.Select(File)]);
            Write(FileList, files.ToJsonString(_jsonForm) + "\n");
            if (wifi != null)
            {
                JsonObject network = Begin(serialPort);
                network["WirelessClient"] = wifi.ToJson();
                Write(WifiFile, network.ToJsonString(_jsonForm) + "\n");
            }
            Write(LabelFile, new BoardLabel(Name, identity.PeerId.ToString()).ToSvg());
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CliException($"cannot write to {path}: {e.Message}");
        }
    }

    private static JsonObject Begin(string? serialPort) => serialPort == null ? [] : new() { ["SerialPort"] = serialPort };

    // the source is found from the folder in which nanoff runs
    private static JsonObject File(string name) => new() { ["DestinationFilePath"] = Storage + name, ["SourceFilePath"] = name };

    private void Write(string name, string text)
    {
        string file = System.IO.Path.Combine(path, name);
        WholeFile.Write(file, file + ".new", Encoding.UTF8.GetBytes(text), overwrite: true);
    }
}
