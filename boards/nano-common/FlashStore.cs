using System;
using System.IO;
using NanoLibp2p.Hal;

namespace NanoLibp2p.Boards.Nano
{
    /// <summary>
    /// A store in the board's internal storage, a file for each value. The file system renames in one step but not over a file that is
    /// there, so a value goes through three names: it is written as <c>name.tmp</c>, which is never read; once whole it becomes
    /// <c>name.new</c>; then <c>name</c> is deleted and <c>name.new</c> takes its place. Wherever the power goes, the old value or the new
    /// one is there in whole.
    /// </summary>
    public sealed class FlashStore : IStore
    {
        private readonly string _folder;

        /// <summary>Uses a folder, given with what separates it from a file's name: <c>I:\</c>.</summary>
        public FlashStore(string folder)
        {
            _folder = folder;
        }

        /// <inheritdoc/>
        public int Read(string name, byte[] buffer, int offset, int capacity)
        {
            string path = _folder + name;
            try
            {
                if (!File.Exists(path))
                {
                    // the power went between the deletion and the last renaming
                    path += ".new";
                    if (!File.Exists(path))
                    {
                        return -1;
                    }
                }

                using (FileStream file = new FileStream(path, FileMode.Open, FileAccess.Read))
                {
                    int count = (int)file.Length;
                    if (count > capacity)
                    {
                        return -2;
                    }

                    int read = 0;
                    while (read < count)
                    {
                        int part = file.Read(buffer, offset + read, count - read);
                        if (part <= 0)
                        {
                            return -2;
                        }

                        read += part;
                    }

                    return count;
                }
            }
            catch (Exception)
            {
                return -2;
            }
        }

        /// <inheritdoc/>
        public bool Write(string name, byte[] buffer, int offset, int count)
        {
            string path = _folder + name;
            string next = path + ".new";
            string begun = path + ".tmp";
            try
            {
                if (File.Exists(next))
                {
                    Finish(path, next);
                }

                using (FileStream file = new FileStream(begun, FileMode.Create, FileAccess.Write))
                {
                    file.Write(buffer, offset, count);
                    file.Flush();
                }

                File.Move(begun, next);
                Finish(path, next);
                return true;
            }
            catch (Exception)
            {
                return false;
            }
        }

        private static void Finish(string path, string next)
        {
            if (File.Exists(path))
            {
                File.Delete(path);
            }

            File.Move(next, path);
        }
    }
}
