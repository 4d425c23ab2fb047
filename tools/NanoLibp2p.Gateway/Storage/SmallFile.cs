using System.IO;
using System.Text;

namespace NanoLibp2p.Gateway.Storage;

/// <summary>Files of operators that fit in memory, whatever it is that a path leads to: a device has no end, a pipe no length.</summary>
internal static class SmallFile
{
    /// <summary>Enough for a token, a password, a key or a chain of certificates, bytes.</summary>
    internal const int Most = 64 * 1024;

    /// <summary>Reads a file to its end.</summary>
    /// <param name="path">Where it is.</param>
    /// <param name="most">Bytes that it may have.</param>
    /// <exception cref="IOException">It has more, is a folder, or can't be read.</exception>
    internal static byte[] ReadBytes(string path, int most)
    {
        if (Directory.Exists(path))
        {
            throw new IOException("it is a folder");
        }

        using FileStream file = File.OpenRead(path);
        using MemoryStream read = new();
        byte[] chunk = new byte[16 * 1024];
        for (int count; (count = file.Read(chunk)) > 0;)
        {
            if (read.Length + count > most)
            {
                throw new IOException($"it has more than {most} bytes");
            }

            read.Write(chunk, 0, count);
        }

        return read.ToArray();
    }

    /// <summary>Reads a text of at most <see cref="Most"/> bytes.</summary>
    /// <param name="path">Where it is.</param>
    /// <exception cref="IOException">It has more, or can't be read.</exception>
    internal static string ReadText(string path)
    {
        using StreamReader text = new(new MemoryStream(ReadBytes(path, Most)), Encoding.UTF8);
        return text.ReadToEnd();
    }
}
