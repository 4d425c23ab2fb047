using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using NanoLibp2p.Boards.Virtual;
using NanoLibp2p.Firmware;
using NanoLibp2p.Hal.Desktop;

namespace NanoLibp2p.Samples;

/// <summary>The virtual board of a sample. Its settings are the program's arguments, each a line such as
/// <c>topic=greenhouse/climate</c>.</summary>
internal static class SampleBoard
{
    /// <summary>Makes the board and writes its settings; ends the program when an argument is no setting.</summary>
    /// <param name="name">Names the board, and the folder that keeps its identity: <c>store=FOLDER</c> names another.</param>
    /// <param name="arguments">Settings, in place of the defaults of the same name.</param>
    /// <param name="defaults">Settings, a line each.</param>
    /// <param name="maxLinks">See <see cref="VirtualBoard"/>.</param>
    public static VirtualBoard Create(string name, string[] arguments, string defaults, int maxLinks = 2)
    {
        if (Array.Find(arguments, argument => argument.IndexOf('=') <= 0) is { } wrong)
        {
            Console.Error.WriteLine($"'{wrong}' is no setting; write name=value, such as topic=greenhouse/climate");
            Environment.Exit(2);
        }

        string folder = arguments.FirstOrDefault(argument => NameOf(argument) == "store") is { } given
            ? given[(given.IndexOf('=') + 1)..]
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData,
                Environment.SpecialFolderOption.Create), "nanolibp2p-samples", name);
        IEnumerable<string> settings = arguments.Where(argument => NameOf(argument) != "store")
            .Concat(defaults.Split('\n').Where(line => !arguments.Any(argument => NameOf(argument) == NameOf(line))));
        FileStore store = new(folder);
        byte[] text = Encoding.UTF8.GetBytes(string.Join('\n', settings));
        store.Write(DeviceSettings.StoreName, text, 0, text.Length);
        return new VirtualBoard(name, store, new ConsoleLog(), maxLinks);
    }

    private static string NameOf(string setting) => setting[..setting.IndexOf('=')].Trim();
}
